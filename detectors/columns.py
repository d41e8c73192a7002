"""An observation, column by column: the secret-free view of a record, and all that a detector ever sees of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

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
    "last": Column("number", "1 on the last row of a record, which is the record's own; 0 on those found inside it"),
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
"""Columns by name, in the order of a row, which holds `ALWAYS` and those that a listed detector asks for."""

ALWAYS: Final = ("last", "time", "dataset", "scope", "account", "zone", "side")
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


class Columns:
    """Observations of a stretch of one batch, turned by 90 degrees."""

    __slots__ = ("_by_name", "_ends", "_lines", "count", "hits", "origin", "weight")

    def __init__(
        self,
        names: Sequence[str],
        rows: Sequence[tuple[Any, ...]],
        *,
        origin: str = "",
        lines: Sequence[int] = (),
        hits: Sequence[Hit] = (),
        weight: int = 1,
    ) -> None:
        """Take rows of these columns, the batch's origin, the line (from 1) of each record, and the hits in them.

        `weight` is how many records each one stands for, where the source sends a sample.
        """
        self.count = len(rows)
        self.origin = origin
        self.hits = hits
        self.weight = weight
        turned = zip(*rows, strict=True) if rows else ((),) * len(names)
        self._by_name: dict[str, tuple[Any, ...]] = dict(zip(names, turned, strict=True))
        self._lines = lines
        self._ends: list[int] | None = None

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a column of text or marks; empty text where nothing was observed for it."""
        return self._by_name[name]

    def numbers(self, name: str) -> tuple[int, ...]:
        """Return a column of numbers."""
        return self._by_name[name]

    def line(self, row: int) -> int:
        """Return the line of the record that a row belongs to, from 1; 0 where lines are not known."""
        if not self._lines:
            return 0
        if len(self._lines) == self.count:
            return self._lines[row]
        if self._ends is None:
            self._ends = [at for at, last in enumerate(self.numbers("last")) if last]
        return self._lines[bisect_left(self._ends, row)]
