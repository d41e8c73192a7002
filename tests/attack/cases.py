"""The attack suite: hand-made cases as data, each a value in a field, with what must vanish and what must stay."""

from __future__ import annotations

import html
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

FOLDER = Path(__file__).parent / "cases"
_KEYS = frozenset({"id", "dataset", "field", "value", "vanish", "keep", "unchanged"})
_WINDOW = 8
_VIEWS = 8
_ESCAPE = re.compile(rb"\\+(?:u00|x)([0-9a-fA-F]{2})")

_BASES: Mapping[str, dict[str, Any]] = {
    "http_requests": {"RayID": "7a1f7ad4df2f870a", "EdgeResponseStatus": 200, "ClientRequestHost": "www.shop.example"},
    "workers_trace_events": {"ScriptName": "shop-edge", "Outcome": "ok", "EventType": "fetch", "EventTimestampMs": 1},
}
_WRAPS: Mapping[str, Any] = {
    "console": lambda value: {"Logs": [{"Level": "log", "Message": [value], "TimestampMs": 1}]},
    "exception": lambda value: {"Exceptions": [{"Name": "Error", "Message": value, "TimestampMs": 1}]},
    "stack": lambda value: {"Exceptions": [{"Name": "Error", "Message": "failed", "Stack": value, "TimestampMs": 1}]},
}
"""Places inside a trace event that are no field of their own."""


@dataclass(frozen=True)
class Case:
    """One case: where the value stands, what of it must be gone, and what must still be there."""

    group: str
    id: str
    dataset: str
    field: str
    value: Any
    vanish: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    unchanged: bool = False

    @property
    def line(self) -> bytes:
        """The record that holds the value, as one line of JSON."""
        wrap = _WRAPS.get(self.field)
        inner: dict[str, Any] = wrap(self.value) if wrap else {self.field: self.value}
        base: dict[str, Any] = _BASES.get(self.dataset, {})
        return json.dumps(base | inner).encode() + b"\n"

    def faults(self, safe: bytes) -> list[str]:
        """Return what is wrong with the line that came out, in words; empty where nothing is."""
        if not safe:
            return ["the line did not come out"]
        record = json.loads(safe)
        found = [f"{each!r} survives" for each in self.vanish if _survives(each, safe)]
        texts = "\n".join(_strings(record))
        found += [f"{each!r} is lost" for each in self.keep if each not in texts]
        if self.unchanged and record != json.loads(self.line):
            found.append("the record is changed")
        return found


def read_cases(folder: Path = FOLDER) -> list[Case]:
    """Read every group: a TOML file of `[[case]]` tables, whose dataset and field may stand once above them."""
    return [case for path in sorted(folder.glob("*.toml")) for case in _group(path)]


def _group(path: Path) -> Iterator[Case]:
    document = tomllib.loads(path.read_text())
    above: dict[str, Any] = {key: document[key] for key in ("dataset", "field") if key in document}
    for row in document["case"]:
        assert not row.keys() - _KEYS, f"{path.name}: {row['id']}: unknown key"
        case = Case(path.stem, **(above | _tuples(row)))
        assert case.vanish or case.unchanged or case.keep, f"{path.name}: {case.id} shows nothing"
        yield case


def _tuples(row: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if key in ("vanish", "keep") else value for key, value in row.items()}


def _survives(secret: str, safe: bytes) -> bool:
    """Tell whether any window of a secret stands in the bytes, or in what they say once their escapes are undone."""
    views, text = [safe], safe
    for _ in range(_VIEWS):
        text = unquote_to_bytes(_ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), text))
        text = html.unescape(text.decode(errors="replace")).encode()
        views.append(text)
    parts = [secret[at : at + _WINDOW] for at in range(max(1, len(secret) - _WINDOW + 1))]
    return any(part.encode() in view for part in parts for view in views)


def _strings(value: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
    elif value is not None:
        yield str(value)
