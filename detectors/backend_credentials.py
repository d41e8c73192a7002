"""Users' own credentials at backends, which should see only those of Workers: readers of its logs could use them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from detectors.backend_evidence import BACKEND, EDGE, HABIT, KNOWN, NAME, STRANGER, Usual, fold
from detectors.backend_findings import judge_backend, judge_edge
from detectors.backend_habits import judge_habit, learned
from detectors.base import Need, Verdict, View
from detectors.columns import Columns
from detectors.evidence import Cell
from detectors.facts import Facts
from detectors.folder import Folder
from detectors.kinds import Key, Kind


@dataclass(frozen=True, slots=True)
class BackendCredentials:
    """Follows credentials by their fingerprints from the edge to backends; never sees one."""

    name: str = NAME
    kinds: tuple[Kind, ...] = (BACKEND, STRANGER, KNOWN, EDGE, HABIT)
    columns: frozenset[str] = frozenset(
        {
            "account",
            "zone",
            "script",
            "service@backend",
            "side",
            "ray",
            "host",
            "route",
            "credentials@edge",
            "credentials@subrequest",
            "credentials@backend",
            "sessions@edge",
            "sessions@subrequest",
            "sessions@backend",
            "issuer@backend",
            "audience@backend",
        }
    )
    needs: tuple[Need, ...] = (
        Need(
            ("backend", "subrequest"),
            ("credentials", "sessions"),
            "no backend's log with Authorization or Cookie, nor these headers of subrequests in http_requests",
            {"request_fields": ("authorization", "cookie")},
        ),
        Need(
            ("edge",),
            ("credentials", "sessions"),
            "no Authorization or session cookie of clients in http_requests: what is forwarded is not known",
            {"request_fields": ("authorization",)},
            rules=("forwarded",),
        ),
    )

    usual: Usual = field(default_factory=Usual, compare=False, repr=False)

    def fold(self, columns: Columns, facts: Facts, into: Folder) -> None:
        """Keep the fingerprints of what clients showed, and of what backends were shown but are not allowed to see."""
        fold(columns, facts, into, self.usual)

    def judge(self, kind: Kind, key: Key, pane: int, evidence: Cell, view: View, facts: Facts) -> Iterator[Verdict]:
        """Join both sides, whichever came last; hold backends against their lists, or against the hours before."""
        if kind in (BACKEND, STRANGER):
            yield from judge_backend(key, pane, evidence, view, facts)
        elif kind is EDGE and not view.closed:
            yield from judge_edge(pane, view.delta, view, facts)
        elif kind is HABIT:
            yield from judge_habit(key, pane, evidence, view, facts)

    def inventory(self, key: Key, memory: Mapping[str, Any]) -> Iterator[str]:
        """Say how many credentials are usual at a backend."""
        yield learned(key, memory)
