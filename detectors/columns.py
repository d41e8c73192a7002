"""An observation, column by column: the secret-free view of a record, and all that a detector ever sees of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, overload

Type = Literal["text", "number", "marks"]
"""Text is a public name, at most `LONGEST` characters once it is part of a key; a number is an int from 0; marks are
fingerprints of 16 letters each, joined without a sign between, so that "" is none."""

LONGEST: Final = 200
MARK_LETTERS: Final = 16
NOTHING: Final[Mapping[str, str | int]] = {"text": "", "number": 0, "marks": ""}
"""What stands in a column where the record does not say."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    type: Type
    about: str


COLUMNS: Final[Mapping[str, Column]] = {
    # where and when
    "time": Column("number", "event time, milliseconds since 1970; 0 where it cannot be read"),
    "dataset": Column("text", "the dataset of the record"),
    "scope": Column("text", "whose feed it is: the zone, else the account, else the service"),
    "account": Column("text", "the account: from the record, else that of the zone"),
    "zone": Column("text", "the zone: from the record, the source, or what the facts say of script, backend and host"),
    "script": Column("text", "the script that ran, or that made the subrequest"),
    "version": Column("text", "id of the version of the script"),
    "service": Column("text", "the backend's own name"),
    "colo": Column("text", "the data centre"),
    "side": Column(
        "text", "edge, subrequest, worker, backend, gateway, egress, audit, or noise (no request of anyone)"
    ),
    "ray": Column("text", "id of the request"),
    "parent": Column("text", "ray of the request that caused this one; empty for none"),
    # the request
    "method": Column("text", "HTTP method"),
    "host": Column("text", "the host that was asked, in small letters, without a port and a last dot"),
    "route": Column("text", "the scrubbed path, folded to a template: /u/*/orders"),
    "outbound": Column("text", "where the program itself called: scheme://[@]host[:port]; @ stands for userinfo"),
    "reached": Column("text", "the address that the program's call was connected to, where it is an inside one"),
    "redirect": Column("text", "where the answer sent the caller, as in `outbound`"),
    "asked": Column("text", "an internal address in what the visitor sent, as in `outbound`: an attempt"),
    "odd_path": Column("text", "what would make a cache take a private page for a static one: extension, semicolon, …"),
    # who
    "client": Column(
        "number", "keyed hash of the address of who asked, where `asked` or, from a cache, `given` is filled"
    ),
    "network": Column("text", "the /24 or /48 of who asked"),
    "asker": Column("text", "the network of who asked, where the answer was 429, and of one in sixteen other requests"),
    "credentials": Column("marks", "credentials in the Authorization and other secret request headers"),
    "sessions": Column("marks", "session cookies that were sent"),
    "identity": Column("marks", "the user who asked, by the configured request headers"),
    "answered": Column("marks", "the user whom the answer is about, by the configured response headers"),
    "acting_for": Column("marks", "the user whom staff act for, by the configured header"),
    "issuer": Column("text", "issuer of the JWT that was sent"),
    "audience": Column("text", "audience of the JWT that was sent"),
    "given": Column("marks", "session cookies that the answer set, if it came from a cache or names a user"),
    # the answer
    "status": Column("number", "HTTP status"),
    "limiter": Column("text", "what refused with 429: rule, origin or worker; empty for any other status"),
    "cache": Column("text", "what the cache did, in small letters"),
    "cache_key": Column("number", "keyed hash of host and whole URI, where the cache answered or kept the answer"),
    "response": Column("number", "keyed hash of the answer's strong ETag"),
    "size": Column("number", "bytes of the answer's body"),
    "empty": Column("number", "1 where the log says that the answer had no body"),
    "content_type": Column("text", "media type of the answer, without parameters"),
    "outcome": Column("text", "how the script or the audited action ended"),
    "exception": Column("text", "name of the first exception"),
    "trace": Column("number", "keyed hash of the first exception's name and top frame, digits left out"),
    # the audit log
    "actor": Column("marks", "the user who acted"),
    "token": Column("text", "public id of the API token"),
    "interface": Column("text", "api or dashboard"),
    "action": Column("text", "what was done: the type of action"),
    "resource": Column("text", "what it was done to: the type of resource"),
}
"""Columns by name. A row holds `ALWAYS` and those that a listed detector asks for."""

ALWAYS: Final = ("time", "dataset", "scope", "account", "zone", "side")
"""What every row holds."""


def wanted(asked: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return the columns of a row in which these are asked for, each with the sides it is filled for; none is all.

    >>> {name: sides for name, sides in wanted({"network@audit", "ray"}).items() if name not in ALWAYS}
    {'ray': frozenset(), 'network': frozenset({'audit'})}
    """
    sides: dict[str, set[str]] = {}
    for each in (*ALWAYS, *asked):
        name, _, side = each.partition("@")
        sides.setdefault(name, set()).add(side)
    return {name: frozenset(sides[name] if "" not in sides[name] else ()) for name in COLUMNS if name in sides}


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a secret rule found something in a record; never what."""

    row: int
    """Of the record's own row."""
    path: str
    """Field, and names of maps inside it, joined by dots: `Logs.Message`; places in lists are left out."""
    rule: str
    fingerprint: str
    """16 letters; empty where marks are plain."""


@dataclass(frozen=True, slots=True)
class Later:
    """What is made of values, of any type, once somebody looks."""

    make: Callable[[Any], Any]
    """Never raises."""
    fits: type | None = None
    """Values of this type are left as they are."""


Row = tuple[Any, ...]
"""Its shape, its scope, then the values that the shape gives a place."""
SHAPE, SCOPE = 0, 1


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What many rows have in common: what stands where in them, and what all of them say alike."""

    own: bool
    """They are records' own, and not found inside of one."""
    same: Mapping[str, str | int]
    """By column."""
    places: Mapping[str, int]
    """Where in a row the value of each other column is."""
    later: Mapping[str, Later]
    """What is made of values that a row holds as the scrubbed record does."""


class Columns:
    """Observations of one shape and scope, of a stretch of one batch, turned by 90 degrees as they are asked for."""

    __slots__ = ("_lines", "_made", "_shape", "_turned", "count", "hits", "origin", "scope", "weight")

    def __init__(
        self,
        rows: Sequence[Row],
        *,
        origin: str = "",
        lines: Sequence[int] = (),
        hits: Sequence[Hit] = (),
        weight: int = 1,
        scope: str | None = None,
    ) -> None:
        """Take rows, at least one, the batch's origin, the line (from 1) of each row's record, and the hits in them.

        `scope` is that of their records, where they stand inside of some. `weight` is how many records each one stands
        for, where the source sends a sample.
        """
        self.count = len(rows)
        self.origin = origin
        self.hits = hits
        self.weight = weight
        self._turned = list(zip(*rows, strict=True))
        self._lines = lines
        self._shape: Shape = rows[0][SHAPE]
        self._made: dict[str, Sequence[Any]] = {}
        self.scope: str = rows[0][SCOPE] if scope is None else scope
        """Whose feed they are."""

    @property
    def own(self) -> bool:
        """Tell whether the rows are records' own, and not found inside of some."""
        return self._shape.own

    def texts(self, name: str) -> Sequence[str]:
        """Return a column of text or marks; empty text where nothing was observed for it."""
        return self._made[name] if name in self._made else self._make(name)

    def numbers(self, name: str) -> Sequence[int]:
        """Return a column of numbers."""
        return self._made[name] if name in self._made else self._make(name)

    def says(self, name: str) -> bool:
        """Tell whether a column says something in any row."""
        return bool(self._shape.same[name]) if name in self._shape.same else any(self.texts(name))

    def text(self, name: str) -> str:
        """Return a text that is the same in all rows of a shape: dataset or side."""
        return str(self._shape.same[name])

    def line(self, row: int) -> int:
        """Return the line of the record that a row belongs to, from 1; 0 where lines are not known."""
        return self._lines[row] if self._lines else 0

    def _make(self, name: str) -> Sequence[Any]:
        shape = self._shape
        column: Sequence[Any]
        if name in shape.same:
            column = [shape.same[name]] * self.count
        else:
            column = self._turned[shape.places[name]]
            later = shape.later.get(name)
            if later and {*map(type, column)} != {later.fits}:
                column = _Made(later.make, column)
        self._made[name] = column
        return column


class _Made(Sequence[Any]):
    """A column that is made value by value, of those that are looked at."""

    __slots__ = ("_act", "_made", "_values")

    def __init__(self, act: Callable[[Any], Any], values: Sequence[Any]) -> None:
        self._act = act
        self._values = values
        self._made: dict[int, Any] = {}

    def __len__(self) -> int:
        return len(self._values)

    @overload
    def __getitem__(self, row: int) -> Any: ...  # noqa: ANN401 (text or number)
    @overload
    def __getitem__(self, row: slice) -> Sequence[Any]: ...
    def __getitem__(self, row: int | slice) -> Any:
        if isinstance(row, slice):
            return [self[each] for each in range(len(self))[row]]
        if row not in self._made:
            self._made[row] = self._act(self._values[row])
        return self._made[row]

    def __iter__(self) -> Iterator[Any]:
        return map(self._act, self._values)
