"""What a live run was told to listen to and to write, as values; secrets are read where the configuration points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pipeline.settings import KeyPath, Settings
from redactors.base import ConfigurationError

_MOST_SECRET: Final = 1 << 16
LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]", "::1")


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class HttpPlace:
    """A place that log jobs push to."""

    address: Address
    auth: tuple[tuple[str, str], ...]
    """What each way to prove oneself asks for, as `header:NAME`, `bearer` or `basic:USER`, and its secret."""
    cert: Path | None
    key: Path | None
    said: Mapping[str, Any] = field(default_factory=dict)
    """Dataset, zone and the like of all that comes there."""


@dataclass(frozen=True, slots=True)
class SinkPlace:
    """A sink, as the configuration has it."""

    name: str
    """Kind and place; what tells it from other sinks, also in another run."""
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """All of it."""

    places: tuple[HttpPlace, ...]
    sinks: tuple[SinkPlace, ...]
    spool: Path
    spool_bytes: int
    state: Path
    metrics: Address


def live_settings(settings: Settings, environment: Mapping[str, str]) -> LiveSettings:
    """Return what a configuration says of a live run.

    Raises:
        ConfigurationError: a source or a sink is missing, or a secret cannot be read.

    """
    main = settings.files[0]
    live = settings.live
    sources = [(at, each) for at, each in enumerate(live["sources"]) if each["kind"] == "http"]
    for name, found in (("source", live["sources"]), ("sink", live["sinks"])):
        if not found:
            message = f"{main}: {name}: missing; right would be [[{name}]], as in deploy/examples/sidecar.toml"
            raise ConfigurationError(message)
    if settings.key_file is None:
        message = f"{main}: key.file: missing; a live run needs a key ring; right would be: edgesieve key new FILE"
        raise ConfigurationError(message)
    return LiveSettings(
        tuple(_place(settings, at, each, environment) for at, each in sources),
        _named(live["sinks"], main.parent),
        main.parent / live["spool"]["dir"],
        live["spool"]["max_bytes"],
        settings.state or main.parent / "state",
        address(live["metrics"]["listen"]),
    )


def address(text: str) -> Address:
    """Read HOST:PORT.

    >>> address("[::1]:8080")
    Address(host='[::1]', port=8080)
    """
    host, _, port = text.rpartition(":")
    return Address(host, int(port))


def _named(sinks: list[Mapping[str, Any]], folder: Path) -> tuple[SinkPlace, ...]:
    found: list[SinkPlace] = []
    for each in sinks:
        name = f"{each['kind']}:{each.get('path') or each.get('uri') or each.get('url') or ''}"
        same = sum(other.name.partition("#")[0] == name for other in found)
        beside = {**each, "path": str(folder / each["path"])} if "path" in each else each
        found.append(SinkPlace(f"{name}#{same + 1}" if same else name, beside))
    return tuple(found)


def _place(settings: Settings, at: int, said: Mapping[str, Any], environment: Mapping[str, str]) -> HttpPlace:
    folder = settings.files[0].parent
    own: KeyPath = ("source", at)
    where = address(said["listen"])
    auth = tuple(
        _secret(settings, (*own, "auth", number), each, environment) for number, each in enumerate(said["auth"])
    )
    if not auth and where.host not in LOOPBACK:
        message = f"{settings.where((*own, 'listen'))}: anybody could upload here; right would be auth, or 127.0.0.1"
        raise ConfigurationError(message)
    tls = said["tls"] or {}
    cert, key = ((folder / tls[name]) if name in tls else None for name in ("cert", "key"))
    names = ("dataset", "zone", "columns", "rename", "redacted", "sample_rate")
    return HttpPlace(where, auth, cert, key, {name: said[name] for name in names})


def _secret(settings: Settings, path: KeyPath, said: str, environment: Mapping[str, str]) -> tuple[str, str]:
    """Part what is asked for from the reference to its secret, and read that."""
    mark = "=" if said.startswith("header:") else ":"
    for kind in ("env:", "file:"):
        asked, found, name = said.partition(f"{mark}{kind}")
        if not found:
            continue
        secret = environment.get(name, "") if kind == "env:" else _file(settings, path, name)
        if not secret:
            what = f"the variable {name} is not set" if kind == "env:" else "the file is empty"
            message = f"{settings.where(path)}: {what}; right would be a secret there"
            raise ConfigurationError(message)
        return asked, secret
    message = f"{settings.where(path)}: no reference to a secret; right would be env:VARIABLE or file:PATH"
    raise ConfigurationError(message)


def _file(settings: Settings, path: KeyPath, name: str) -> str:
    file = settings.files[0].parent / name
    try:
        with file.open("rb") as opened:
            return opened.read(_MOST_SECRET).decode().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        what = getattr(error, "strerror", None) or "not UTF-8"
        message = f"{settings.where(path)}: {file}: {what}; right would be a file that holds a secret"
        raise ConfigurationError(message) from None
