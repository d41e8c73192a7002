"""The user's own rule files: read, parsed, proven; each fault is named by its file, and its line where one is known."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

from pipeline.config_lines import place_of
from redactors.base import ConfigurationError
from redactors.rule_rows import Row, parse_rows, refuse_twins, rule_files

_Result = TypeVar("_Result")
_RULE = re.compile(
    r"rules/(?P<name>[^:]*): (?P<rest>(?:rule (?:'(?P<id>[^']*)'|number (?P<number>\d+))|id '(?P<twin>.*?)')?.*)"
)


def read_own(folder: Path, where: str) -> dict[str, bytes]:
    """Read a folder of rule files: family, which is the file's stem, to TOML.

    Raises:
        ConfigurationError: the folder does not exist.

    """
    if not folder.is_dir():
        message = f"{where}: {folder} is no folder; right would be a folder of rule files, NAME.toml"
        raise ConfigurationError(message)
    return {path.stem: path.read_bytes() for path in sorted(folder.glob("*.toml"))}


def all_rows(folder: Path | None, own: Mapping[str, bytes]) -> tuple[Row, ...]:
    """Return every rule that comes with the program, then the user's own, as they are written.

    Raises:
        ConfigurationError: a file is wrong, or two rules share an id.

    """
    rows = [row for name, text in rule_files().items() for row in parse_rows(name, text)]
    for name, text in own.items():
        rows += located(folder, partial(parse_rows, name, text))
    located(folder, lambda: refuse_twins(tuple(row.rule for row in rows)))
    return tuple(rows)


def located(folder: Path | None, act: Callable[[], _Result]) -> _Result:
    """Do something with the user's own rules, and name the file and line of what is wrong with them.

    Raises:
        ConfigurationError: it does.

    """
    try:
        return act()
    except ConfigurationError as error:
        found = _RULE.fullmatch(str(error))
        path = folder / f"{found['name']}.toml" if folder and found else None
        if path is None or found is None or not path.is_file():
            raise
        text = path.read_bytes()
        message = _not_toml(path, text) or f"{path}{_line(text, found)}: {found['rest']}"
        raise ConfigurationError(message) from None


def _not_toml(path: Path, text: bytes) -> str:
    try:
        tomllib.loads(text.decode())
    except UnicodeDecodeError as error:
        return f"{path}: byte {error.start} is not UTF-8; right would be [[rule]] tables in UTF-8"
    except tomllib.TOMLDecodeError as error:
        return f"{path}{_line_of(error)}: not TOML; right would be [[rule]] tables"
    return ""


def _line_of(error: tomllib.TOMLDecodeError) -> str:
    found = re.search(r"\(at line (\d+)", str(error))
    return f":{found[1]}" if found else ""


def _line(text: bytes, found: re.Match[str]) -> str:
    """Return `:LINE` of the rule that a message names, or nothing where it names none."""
    rows = tomllib.loads(text.decode()).get("rule")
    ids = [row.get("id") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    name = found["id"] or found["twin"]
    place = int(found["number"]) - 1 if found["number"] else len(ids) - 1 - ids[::-1].index(name) if name in ids else -1
    _, line = place_of(text.decode(), ("rule", place)) if place >= 0 else (0, 0)
    return f":{line}" if line else ""
