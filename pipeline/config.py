"""Reads the configuration: one TOML file and those it includes, merged, checked, turned into `Settings`."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import orjson

from pipeline.cache import Cache, package_stamp
from pipeline.config_lines import place_of
from pipeline.settings import FileSource, KeyPath, Settings, dotted, from_plain, to_plain
from pipeline.stores import Store, is_address
from redactors.base import ConfigurationError, Value

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    text: str
    table: dict[str, Any]


def load(path: Path, cache: Cache) -> Settings:
    """Read a configuration file. What was checked once is taken from the cache while no byte of it changes.

    Raises:
        ConfigurationError: every fault on a line of its own: file, line, key, what would be right.
        OSError: a file cannot be read.

    """
    main = _read(path)
    files = (main, *map(_read, _included(main)))
    for each in files[1:]:
        if "include" in each.table:
            message = (
                f"{_where((each,), ('include',))}: an included file cannot include; right would be in {path} alone"
            )
            raise ConfigurationError(message)
    digest = hashlib.sha256(package_stamp(_HERE, _HERE.parent / "redactors", _HERE.parent / "detectors").encode())
    for each in files:
        digest.update(f"\n{each.path} {len(each.text)}\n{each.text}".encode())
    kept = cache.get("config", digest.hexdigest())
    plain = orjson.loads(kept) if kept is not None else _check(files)
    if kept is None:
        cache.put("config", digest.hexdigest(), orjson.dumps(plain))
    policy, limits = from_plain(plain)

    def where(key: KeyPath) -> str:
        return _where(files, key)

    return Settings(
        policy=policy,
        limits=limits,
        key_file=_beside(path, plain["key_file"]),
        rules_extra=_beside(path, plain["rules_extra"]),
        sources=tuple(_source(path, **each) for each in plain["sources"]),
        object_sinks=tuple((uri, Store(**store)) for uri, store in plain["object_sinks"]),
        files=tuple(each.path for each in files),
        facts=plain["facts"],
        findings=_beside(path, plain["findings"]),
        names=_beside(path, plain["names"]),
        state=_beside(path, plain["state"]),
        live=plain["live"],
        where=where,
    )


def _check(files: tuple[_File, ...]) -> dict[str, Any]:
    from pipeline.config_check import Checked, check  # noqa: PLC0415 (pydantic takes 100 ms: only when a file changed)
    from pipeline.facts import facts_to_plain  # noqa: PLC0415 (as above)

    merged: dict[str, Any] = {}
    for each in files:
        _merge(merged, each.table, (), files)
    checked = check(merged)
    if not isinstance(checked, Checked):
        faults = sorted(checked, key=lambda fault: (*_place(files, fault.path), dotted(fault.path)))
        raise ConfigurationError("\n".join(f"{_where(files, fault.path)}: {fault.message}" for fault in faults))
    return {
        **to_plain(checked.policy, checked.limits),
        "key_file": checked.key_file,
        "rules_extra": checked.rules_extra,
        "sources": [asdict(each) for each in checked.sources],
        "object_sinks": [(uri, asdict(store)) for uri, store in checked.object_sinks],
        "facts": facts_to_plain(checked.facts),
        "findings": checked.findings,
        "names": checked.names,
        "state": checked.state,
        "live": checked.live,
    }


def _read(path: Path) -> _File:
    text = ""
    try:
        text = path.read_bytes().decode()
        return _File(path, text, tomllib.loads(text))
    except UnicodeDecodeError as error:
        message = f"{path}: byte {error.start} is not UTF-8; right would be a TOML file in UTF-8"
        raise ConfigurationError(message) from None
    except tomllib.TOMLDecodeError as error:
        what, _, place = str(error).partition(" (at ")
        line = place.removeprefix("line ").partition(",")[0]
        message = f"{path}:{line if line.isdigit() else text.count(chr(10)) + 1}: not TOML: {what}"
        raise ConfigurationError(message) from None


def _included(main: _File) -> Iterable[Path]:
    patterns = main.table.get("include", [])
    for place, pattern in enumerate(patterns if isinstance(patterns, list) else []):
        found = sorted(main.path.parent.glob(pattern)) if isinstance(pattern, str) and pattern else []
        if not found and isinstance(pattern, str) and not any(letter in pattern for letter in "*?["):
            where = _where((main,), ("include", place))
            message = f"{where}: no such file; right would be a file or a glob relative to {main.path.parent}"
            raise ConfigurationError(message)
        yield from found


def _merge(into: dict[str, Any], table: dict[str, Any], at: KeyPath, files: tuple[_File, ...]) -> None:
    for name, value in table.items():
        path = (*at, name)
        if name not in into:
            into[name] = _copy(value)
        elif isinstance(value, dict) and isinstance(into[name], dict):
            _merge(into[name], value, path, files)
        elif _are_tables(value) and _are_tables(into[name]):
            into[name] = [*into[name], *value]
        else:
            places = [
                f"{each.path}:{line}"
                for each in files
                for size, line in [place_of(each.text, path)]
                if size == len(path)
            ]
            message = f"{' and '.join(places)}: {dotted(path)}: set twice; right would be one of them"
            raise ConfigurationError(message)


def _copy(value: Value) -> Value:
    return {name: _copy(inner) for name, inner in value.items()} if isinstance(value, dict) else value


def _are_tables(value: Value) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _place(files: tuple[_File, ...], path: KeyPath) -> tuple[int, int]:
    """Return the index of the file that says most of this key, and the line there."""
    found = [(place_of(each.text, own), -index) for index, (each, own) in enumerate(_by_file(files, path))]
    (_, line), index = max(found, key=lambda each: (each[0][0], each[1]))
    return -index, line


def _by_file(files: tuple[_File, ...], path: KeyPath) -> Iterator[tuple[_File, KeyPath]]:
    """Yield each file with the key's path in it: tables of an array are counted over all files."""
    place = next((at for at, part in enumerate(path) if isinstance(part, int)), None)
    before = 0
    for each in files:
        tables = [] if place is None else reduce(_inside, path[:place], each.table)
        if place is not None and _are_tables(tables):
            own = int(path[place]) - before
            before += len(tables)
            yield each, (*path[:place], own, *path[place + 1 :]) if 0 <= own < len(tables) else ()
        else:
            yield each, path


def _inside(value: Value, name: str | int) -> Value:
    return value.get(name, []) if isinstance(value, dict) else []


def _where(files: tuple[_File, ...], path: KeyPath) -> str:
    index, line = _place(files, path)
    return f"{files[index].path}:{line or 1}: {dotted(path)}"


def _source(config: Path, *, path: str, columns: Iterable[str], store: dict[str, str], **said: Any) -> FileSource:  # noqa: ANN401 (as cached)
    place = path if is_address(path) else str(config.parent / path)
    return FileSource(place, columns=tuple(columns), store=Store(**store), **said)


def _beside(path: Path, name: str | None) -> Path | None:
    return None if name is None else path.parent / name
