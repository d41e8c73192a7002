"""A look at records of one list of field names, in the making: fields to read, raw or scrubbed, and code for columns.

Straight-line code, as in `redactors.straight`: at two dozen columns a record a loop would cost more than the detectors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from detectors.columns import COLUMNS, NOTHING
from detectors.facts import Facts
from redactors.base import Record
from redactors.datasets import Dataset

Row = tuple[Any, ...]
Before = Callable[[Record], Any]
"""Called before a record is scrubbed, for what must be seen raw; what it returns goes to `After` and nowhere else."""
After = Callable[[Record, Any], None]
"""Called with the scrubbed record; appends its rows. Neither ever raises."""
Code = str
Maker = Callable[["Look"], Code]
"""Writes the code of one column."""


@dataclass(slots=True)
class Surroundings:
    """What looking at a record needs beside the record."""

    facts: Facts
    hashed: Callable[[str], int]
    """A keyed hash of 64 bits."""
    clean: Callable[[str], str] = str
    """Marks what secret rules find in a text that the last look will not see."""
    identity: Callable[[str], str] = str
    """Makes the mark of an identity that the policy leaves unmarked."""
    met: set[str] | frozenset[str] = frozenset()
    """Fingerprints of marks that stood in the record as it came."""
    zone: str = ""
    account: str = ""
    """Of the batch, where records do not say."""
    redacted: bool = False
    """Marks in the records were put there by us."""
    faults: int = 0
    """Records that could not be looked at."""


PLACES: Final = "places"
"""Among the makers: the code of a list of places; each becomes a row of its own, with the place in `outbound`."""


class Look:
    """One look in the making."""

    def __init__(
        self,
        dataset: Dataset,
        names: Sequence[str],
        around: Surroundings,
        makers: Mapping[str, Maker],
        *,
        nested: bool = False,
    ) -> None:
        """Take the names of the fields that the records have; `nested` records stand in another."""
        self.dataset = dataset
        self.around = around
        self.nested = nested
        self._makers = makers
        self._scope: dict[str, Any] = {
            "dig": _dig,
            "Str": str,
            "Dict": dict,
            "Int": int,
            "Fault": Exception,
            "EMPTY": {},
        }
        self._constants: dict[tuple[type, object], str] = {}
        self._names = {name.lower(): name for name in names}
        self._raw: dict[Code, str] = {}
        self._made: dict[str, str] = {}
        self._maps: dict[Code, str] = {}
        self._lines: list[str] = []

    def role(self, name: str) -> list[str]:
        """Return the fields of a role that the records have; `A.b` for one inside."""
        told = self.dataset.roles.get(name, ())
        told = told.get("field", ()) if isinstance(told, dict) else told
        return self.held([told] if isinstance(told, str) else told)

    def held(self, paths: Sequence[str]) -> list[str]:
        """Keep the fields that the records have."""
        return [path for path in paths if path.partition(".")[0].lower() in self._names]

    def constant(self, value: object) -> Code:
        """Give a value a name in the code."""
        known = (value.__class__, value if isinstance(value, str | tuple) else id(value))
        if known not in self._constants:
            self._constants[known] = f"k{len(self._constants)}"
            self._scope[self._constants[known]] = value
        return self._constants[known]

    def call(self, act: Callable[..., Any], *codes: Code) -> Code:
        """Return the code that calls a function."""
        return f"{self.constant(act)}({', '.join(codes)})"

    def safe(self, path: str) -> Code:
        """Return the code that reads a field of the scrubbed record."""
        field, _, inside = path.partition(".")
        top = f"record[{self.constant(self._names[field.lower()])}]"
        names = tuple(inside.split(".")) if inside else ()
        if len(names) == 1:
            return f"{self._map(top)}.get({self.constant(names[0])})"
        return f"dig({top}, {self.constant(names)})" if names else top

    def raw(self, path: str, act: Callable[[Any], Any] | None = None) -> Code:
        """Return the code for a field as it came, or for what an act made of it then."""
        field, _, inside = path.partition(".")
        code = f"record[{self.constant(self._names[field.lower()])}]"
        code = f"dig({code}, {self.constant(tuple(inside.split('.')))})" if inside else code
        return self._raw.setdefault(self.call(act, code) if act else code, f"r{len(self._raw)}")

    def column(self, name: str) -> Code:
        """Return the local name of a column; its code is written at its first use."""
        if name not in self._made:
            code = self._makers[name](self)
            self._made[name] = f"c_{name}" if code else repr(NOTHING[COLUMNS[name].type])
            if code:
                self._lines.append(f"c_{name} = {code}")
        return self._made[name]

    def sides(self) -> frozenset[str]:
        """Return the sides that records of this dataset can be of."""
        told = self.dataset.roles.get("side", {})
        return frozenset({told.get("else", ""), *(side for side in told if isinstance(told[side], list))})

    def compile(self, columns: Mapping[str, frozenset[str]], rows: list[Row]) -> tuple[Before, After]:
        """Compile what appends rows of these columns to a list; each is filled for the sides it is asked for."""
        sides = self.sides()
        places = self._makers[PLACES](self) if "outbound" in columns else ""
        local = [
            self.column(name) if not asked or asked & sides else repr(NOTHING[COLUMNS[name].type])
            for name, asked in columns.items()
        ]
        append = f"append(({', '.join(local)},))"
        if places:
            instead = {"outbound": "place", "last": "0"}
            inner = ", ".join(instead.get(name, each) for name, each in zip(columns, local, strict=True))
            append = f"for place in {places}: append(({inner},))\n        {append}"
        around = self.constant(self.around)
        marked = [name for name in self._made if COLUMNS[name].type == "marks" and self._made[name][0] == "c"]
        typed = "; ".join(f"c_{name} = typed(c_{name})" for name in marked) or "pass"
        self._lines.append(f"if {around}.met: {typed}")
        self._scope |= {"append": rows.append, "typed": self._typed, "fault": self._fault}
        # Each record has its own row, or lines and hits would be taken for those of others.
        blank = self.constant(tuple(1 if name == "last" else NOTHING[COLUMNS[name].type] for name in columns))
        unpack = f"{', '.join(self._raw.values())}, = raw" if self._raw else "pass"
        reset = "pass" if self.nested else f"if {around}.met: {around}.met.clear()"
        source = (
            f"def before(record):\n    try:\n        {reset}\n"
            f"        return ({''.join(f'{code}, ' for code in self._raw)})\n"
            f"    except Fault:\n        return None\n"
            f"def after(record, raw):\n    try:\n        {unpack}\n"
            f"{''.join(f'        {line}{chr(10)}' for line in self._lines)}        {append}\n"
            f"    except Fault:\n        fault()\n        {'pass' if self.nested else f'append({blank})'}\n"
        )
        # The source holds names of columns and numbers of constants: names and values of fields come in as globals.
        exec(compile(source, "<look>", "exec"), self._scope)  # noqa: S102
        return self._scope["before"], self._scope["after"]

    def _map(self, code: Code) -> Code:
        """Return the local name of a map of headers or cookies, an empty one where a record has something else."""
        if code not in self._maps:
            self._maps[code] = f"m{len(self._maps)}"
            self._lines.append(f"if ({self._maps[code]} := {code}).__class__ is not Dict: {self._maps[code]} = EMPTY")
        return self._maps[code]

    def _typed(self, fingerprints: str) -> str:
        """Take away what a visitor typed, but for records that we redacted."""
        around = self.around
        parts = [fingerprints[start : start + 16] for start in range(0, len(fingerprints), 16)]
        return fingerprints if around.redacted else "".join(part for part in parts if part not in around.met)

    def _fault(self) -> None:
        self.around.faults += 1


def _dig(value: Any, names: tuple[str, ...]) -> Any:  # noqa: ANN401 (any JSON value)
    for name in names:
        if value.__class__ is not dict:
            return None
        value = value.get(name)
    return value
