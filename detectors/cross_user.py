"""One user gets what is another's: answers that name someone else, and private answers out of a cache."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from detectors.askers import NAME, Stretch
from detectors.base import Need, Verdict, View
from detectors.behind_workers import BEHIND, PARENTS, fold_behind, fold_parents, judge_behind, judge_parents
from detectors.columns import Columns
from detectors.evidence import Cell
from detectors.facts import Facts
from detectors.folder import Folder
from detectors.kinds import Key, Kind
from detectors.lures import LURED, fold_lures, judge_lures
from detectors.mixed_up import AGREED, MIXED, SEEN, fold_mixed, fold_seen, judge_agreed, judge_mixed
from detectors.shared_answers import COOKIES, KEPT, fold_cookies, fold_kept, judge_cookies, judge_kept

_SIDES: Final = ("edge", "subrequest")
_ON_BOTH_SIDES: Final = tuple(
    f"{name}@{side}"
    for side in _SIDES
    for name in "script host route odd_path identity answered acting_for given sessions credentials status empty"
    " content_type cache cache_key".split()
)


@dataclass(frozen=True, slots=True)
class CrossUser:
    """Compares users by their fingerprints; never sees who they are."""

    name: str = NAME
    kinds: tuple[Kind, ...] = (SEEN, MIXED, AGREED, KEPT, PARENTS, BEHIND, COOKIES, LURED)
    columns: frozenset[str] = frozenset(
        ("account", "zone", "side", "ray", "colo@edge", "client@edge", "parent@subrequest", *_ON_BOTH_SIDES)
    )
    needs: tuple[Need, ...] = (
        Need(
            ("edge",),
            ("identity", "sessions"),
            "nothing in http_requests says who asked: no header named in [identity] request, and no session cookie",
            {"request_fields": ("YOUR-USER-HEADER",), "cookie_fields": ("YOUR-SESSION-COOKIE",)},
        ),
        Need(
            ("edge", "subrequest"),
            ("answered",),
            "no header named in [identity] response: whom an answer is about is not known",
            {"response_fields": ("YOUR-USER-HEADER",)},
            rules=("mismatch",),
        ),
        Need(
            ("edge", "subrequest"),
            ("cache",),
            "no CacheCacheStatus in http_requests",
            rules=("cached", "cached_behind", "cached_cookie", "deceived"),
        ),
    )

    def fold(self, columns: Columns, facts: Facts, into: Folder) -> None:
        """Keep who was answered as whom, and whom the cache served with something private."""
        if columns.text("side") not in _SIDES:
            return
        stretch = Stretch(columns, facts)
        if columns.says("answered"):
            fold_mixed(stretch, into)
        if columns.says("given"):
            fold_cookies(stretch, into)
        if columns.says("identity"):
            fold_seen(stretch, into)
        if facts.has_private_routes:
            fold_parents(stretch, into)
            fold_kept(stretch, into)
            fold_behind(stretch, into)
            fold_lures(stretch, into)

    def judge(self, kind: Kind, key: Key, pane: int, evidence: Cell, view: View, _facts: Facts) -> Iterator[Verdict]:
        """Say who got what is another's."""
        if kind is MIXED:
            yield from judge_mixed(key, pane, evidence, view)
        elif kind is AGREED and not view.closed:
            yield from judge_agreed(key, view)
        elif kind is KEPT:
            yield from judge_kept(key, pane, view)
        elif kind is BEHIND:
            yield from judge_behind(key, pane, view)
        elif kind is PARENTS and not view.closed:
            yield from judge_parents(pane, view)
        elif kind is COOKIES:
            yield from judge_cookies(key, evidence)
        elif kind is LURED:
            yield from judge_lures(key, evidence)

    def inventory(self, _key: Key, _memory: Mapping[str, Any]) -> Iterator[str]:
        """Say nothing: what is a fact needs no learning."""
        yield from ()
