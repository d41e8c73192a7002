"""Changes to an account from where its people and tokens never are: by the owner's lists, else by habit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from detectors.audit_evidence import API, COUNT, DASHBOARD, HABITS, NETWORKS, OUTSIDE, fold_audit
from detectors.audit_networks import EVENTS, HISTORY, learn
from detectors.audit_verdicts import of_new_network, of_other_door, of_outside
from detectors.base import Need, Verdict, View
from detectors.columns import Columns
from detectors.evidence import Cell
from detectors.facts import Facts
from detectors.folder import Folder
from detectors.kinds import Key, Kind

_PARTS: Final = 4
"""Of a key of evidence; memories of an account, and of an actor, have shorter ones."""
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class AuditAccess:
    """Looks at who changes an account from where."""

    name: str = "audit_access"
    kinds: tuple[Kind, ...] = (OUTSIDE, HABITS)
    columns: frozenset[str] = frozenset(
        {
            "account",
            "side",
            "ray",
            "network@audit",
            "actor@audit",
            "token@audit",
            "interface@audit",
            "action@audit",
            "resource@audit",
        }
    )
    needs: tuple[Need, ...] = (
        Need(("audit",), (), "neither audit_logs nor audit_logs_v2: changes to the account are not seen"),
        Need(("audit",), ("network",), "no ActorIP or ActorIPAddress: where changes come from is not seen"),
        Need(
            ("audit",),
            ("token",),
            "no ActorTokenDetails (audit_logs_v2): tokens cannot be told from their owners",
            rules=("new_network",),
        ),
    )

    def fold(self, columns: Columns, facts: Facts, into: Folder) -> None:
        """Keep what is not allowed, and what must be learned."""
        if columns.text("side") == "audit":
            fold_audit(columns, facts, into)

    def judge(self, kind: Kind, key: Key, pane: int, evidence: Cell, view: View, _facts: Facts) -> Iterator[Verdict]:
        """Say at once what came from outside of the lists, and of a closed pane what is new."""
        if kind is OUTSIDE:
            yield of_outside(key, evidence)
        elif view.closed:
            yield from _habits(key, pane, evidence, view)

    def inventory(self, key: Key, memory: Mapping[str, Any]) -> Iterator[str]:
        """Say from how many networks someone comes."""
        if len(key) == _PARTS and memory.get("networks"):
            _, actor, token, interface = map(str, key)
            known = sorted(memory["networks"])
            more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
            who = f"token {token}" if token else f"~{actor}"
            yield f"{who} comes by {interface or 'an unknown interface'} from {', '.join(known[:_SHOWN])}{more}"


def _habits(key: Key, pane: int, cell: Cell, view: View) -> Iterator[Verdict]:
    account, actor, _, interface = map(str, key)
    counts = {each: counted[COUNT] for each, counted in cell[NETWORKS].items.items()}
    habit = learn(view.memory(key), counts, pane, capped=cell[NETWORKS].capped)
    elsewhere = learn(view.memory((account,)), counts, pane, capped=False)
    if habit.known and habit.new:
        known_here = set(habit.new).isdisjoint(elsewhere.new)
        yield of_new_network(key, cell, habit, known_here=known_here)
    if _is_other_door(view.memory((account, actor)), interface, cell[COUNT], pane):
        yield of_other_door(key, cell, elsewhere=bool(elsewhere.new))


def _is_other_door(memory: dict[str, Any], interface: str, count: int, pane: int) -> bool:
    """Remember which doors someone uses; tell whether this is the API after a long time of the dashboard alone."""
    if interface == DASHBOARD:
        memory.setdefault("since", pane)
        memory["changes"] = min(EVENTS, memory.get("changes", 0) + count)
    if interface != API or memory.get("api"):
        return False
    memory["api"] = True
    since, changes = int(memory.get("since", pane)), int(memory.get("changes", 0))
    return pane - since >= HISTORY and changes >= EVENTS
