"""A file of findings read back: the last version of each, the gravest first; and names for the marks in them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from detectors.base import Severity
from redactors.base import ConfigurationError
from redactors.marks import MARK

Shown = Mapping[str, Any]
"""One finding, with the keys of `detectors.findings.to_plain`."""

_RANK: Final = {severity.value: rank for rank, severity in enumerate(Severity)}
_NEEDED: Final[Mapping[str, type | tuple[type, ...]]] = {
    **dict.fromkeys(("id", "status", "first_seen", "last_seen", "detector", "rule", "tier", "severity"), str),
    **dict.fromkeys(("account", "zone", "script", "route", "subject", "summary"), str),
    **dict.fromkeys(("count", "affected"), int),
    **dict.fromkeys(("evidence", "next", "top"), list),
}
_RIGHT_NAMES = 'right would be lines such as "[identity~…]" = "ci-deployer"'
_PRINT = re.compile(r"\[[a-z][a-z0-9-]{0,63}~[A-Z2-7]{2}\.([A-Z2-7]{16})[A-Z2-7]{4}\]|~([A-Z2-7]{16})(?![A-Z2-7])")


def last_versions(lines: Iterable[bytes], name: str) -> list[Shown]:
    """Return the last version of each finding in a file, the gravest first, then the earliest.

    Raises:
        ConfigurationError: a line is no finding; names file and line.

    """
    found: dict[str, Shown] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            finding = _finding(line, f"{name}:{number}")
            found[finding["id"]] = finding
    return sorted(found.values(), key=lambda each: (_RANK[each["severity"]], each["first_seen"], each["id"]))


def _finding(line: bytes, where: str) -> Shown:
    try:
        read = orjson.loads(line)
    except ValueError:
        read = None
    if not isinstance(read, dict) or any(not isinstance(read.get(key), kind) for key, kind in _NEEDED.items()):
        message = f"{where}: no finding; right would be a file written by `edgesieve redact --findings`"
        raise ConfigurationError(message)
    if read["severity"] not in _RANK:
        message = f"{where}: no severity known here; right would be one of {', '.join(_RANK)}"
        raise ConfigurationError(message)
    return read


def read_names(path: Path) -> dict[str, str]:
    """Read names for marks: a TOML file of `"[identity~…]" = "ci-deployer"`; return them by fingerprint.

    Raises:
        ConfigurationError: it is no such file.
        OSError: it cannot be read.

    """
    try:
        table = tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        message = f"{path}: not TOML; {_RIGHT_NAMES}"
        raise ConfigurationError(message) from None
    return dict(_names(table, path))


def _names(table: Mapping[str, Any], path: Path) -> Iterator[tuple[str, str]]:
    for number, (mark, name) in enumerate(table.items(), 1):
        found = MARK.fullmatch(mark)
        if found is None or found[3] is None or not isinstance(name, str):
            message = f"{path}: name {number} is not of a mark; {_RIGHT_NAMES}"
            raise ConfigurationError(message)
        yield found[3], name


def named(text: str, names: Mapping[str, str]) -> str:
    """Put names in the place of marks and fingerprints that have one.

    >>> named("acts as ~ABCDEFGHIJKLMNOP", {"ABCDEFGHIJKLMNOP": "ci-deployer"})
    'acts as ci-deployer'
    """
    return _PRINT.sub(lambda found: names.get(found[1] or found[2], found[0]), text) if names else text
