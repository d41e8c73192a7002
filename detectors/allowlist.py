"""The hosts that may be asked: exact names and `*.suffix`, and the names that only look like them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from detectors.host_classes import Verdict
from detectors.hosts import Host, canonical
from detectors.lookalikes import skeleton
from redactors.base import ConfigurationError

_WILDCARD = "*."
_NOT_IN_HOSTS = re.compile(r"[/\\?#@*\s]")
"""What the URL standard would read past, or leave in a name."""
_ADDRESS = re.compile(r"\[.*\]|[0-9.]+")


class Allowlist:
    """Hosts that are allowed. It never changes."""

    __slots__ = ("_exact", "_looks", "_suffixes")

    def __init__(self, patterns: Iterable[str]) -> None:
        """Take patterns: a host, which allows itself alone, or `*.suffix`, which allows all names below the suffix.

        Raises:
            ConfigurationError: a pattern is neither; tells which one by its number, from 1.

        """
        exact: dict[str, str] = {}
        suffixes: dict[str, str] = {}
        for number, pattern in enumerate(patterns, 1):
            suffix = pattern.removeprefix(_WILDCARD)
            (exact if suffix == pattern else suffixes)[_name(pattern, number)] = pattern
        self._exact = exact
        self._suffixes = suffixes
        self._looks: tuple[Mapping[str, str], Mapping[str, str]] = (_skeletons(exact), _skeletons(suffixes))

    def allows(self, host: Host) -> bool:
        """Tell whether a host is on the list. What is odd about its URL is not looked at."""
        return host.name != "" and bool(_matching(host.bare, self._exact, self._suffixes))

    def imitated(self, host: Host) -> str:
        """Return the pattern whose hosts a host looks like without being one of them; empty for none."""
        return "" if not host.name or self.allows(host) else _matching(skeleton(host.bare), *self._looks)


def _name(pattern: str, number: int) -> str:
    """Return the canonical host of a pattern without its wildcard."""
    suffix = pattern.removeprefix(_WILDCARD)
    host = canonical(suffix)
    address = _ADDRESS.fullmatch(host.bare) is not None
    ports = (not address and ":" in suffix) or "]:" in suffix
    if host.verdict is Verdict.INVALID or _NOT_IN_HOSTS.search(suffix) or ports or (address and suffix != pattern):
        what = f"allow: pattern {number} is no host"
        message = (
            f"{what}; right would be a name such as api.example.com, *.example.com for all below it, or an address"
        )
        raise ConfigurationError(message)
    return host.bare


def _skeletons(names: Mapping[str, str]) -> dict[str, str]:
    return {skeleton(name): pattern for name, pattern in names.items()}


def _matching(name: str, exact: Mapping[str, str], suffixes: Mapping[str, str]) -> str:
    if name in exact:
        return exact[name]
    return next((suffixes[each] for each in _above(name) if each in suffixes), "")


def _above(name: str) -> Iterator[str]:
    """List what stands behind each dot of a name; an address has nothing above it."""
    at = name.find(".")
    while at >= 0:
        yield name[at + 1 :]
        at = name.find(".", at + 1)
