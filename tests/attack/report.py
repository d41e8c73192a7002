"""The attack in full, with figures: `python -m tests.attack.report [TOKENS_A_RULE]`.

Exit code 1: a promise is broken.
"""

from __future__ import annotations

import sys
from collections import Counter

from redactors.policy import Policy
from tests.attack.cases import read_cases
from tests.attack.dense_records import KINDS
from tests.attack.pathological import PIECES, PLACES, bare_seconds, dense_seconds, long_text, seconds
from tests.attack.placing import GROUPS, place_all
from tests.attack.tokens import rule_tokens, unknown_tokens
from tests.laws.stage import RING, engine, run

PER_RULE = 4
UNKNOWN = 2000
_LENGTH = 20_000


def _say(line: str = "") -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def hand_made() -> bool:
    """Tell how many of the hand-made cases hold, by group."""
    _say("hand-made cases                     cases   failed")
    cases, failed = Counter[str](), Counter[str]()
    for case in read_cases():
        cases[case.group] += 1
        for ring in (RING, None):
            safe = run(case.line, case.dataset, engine(Policy(), ring)).safe
            if case.faults(safe):
                failed[case.group] += 1
                break
    for group, count in sorted(cases.items()):
        _say(f"{group:34} {count:6} {failed[group]:8}")
    _say(f"{'all':34} {cases.total():6} {failed.total():8}")
    return not failed


def generated(per_rule: int) -> bool:
    """Tell what survives of generated tokens, by group, and the worst places."""
    kept = True
    _say("\ngenerated tokens                   placed survived    share  allowed")
    for group in GROUPS:
        tokens = list(unknown_tokens(UNKNOWN)) if "unknown" in group.name else rule_tokens(per_rule)
        outcomes = place_all(group, tokens)
        placed = sum(outcome.placed for outcome in outcomes)
        gone = Counter({(each.place, each.encoding): len(each.survivors) for each in outcomes})
        share = gone.total() / placed
        kept &= share <= group.may_survive
        _say(f"{group.name:32} {placed:8} {gone.total():8} {share:8.3%} {group.may_survive:8.1%}")
        for (place, encoding), count in gone.most_common(3):
            if count:
                rules = Counter(rule for each in outcomes if each.place == place for rule in each.survivors)
                _say(f"    {place}, {encoding}: {count} ({', '.join(rule for rule, _ in rules.most_common(3))})")
    return kept


def _half(took: list[tuple[float, str, str]]) -> float:
    return took[len(took) // 2][0]


def slowest() -> bool:
    """Tell the dearest pathological inputs, in milliseconds for 10 kB."""
    took = [
        (seconds(place, long_text(piece, _LENGTH), 3) * 1000 * 10_000 / _LENGTH, place, piece)
        for place in PLACES
        for piece in PIECES
    ]
    took += [(dense_seconds(kind, 3) * 1000, "record", kind) for kind in KINDS]
    took.sort(reverse=True)
    over = sum(each[0] > 1 for each in took)
    _say(f"\npathological inputs: {len(took)}; over 1 ms for 10 kB: {over}; half take less than {_half(took):.2f} ms")
    _say(f"the bare codec takes {bare_seconds(40) * 1000:.3f} ms for ordinary requests; the dearest")
    for each, place, piece in took[:12]:
        _say(f"{each:6.2f} ms  {place}: {piece[:30]!r}")
    return True


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else PER_RULE
    held = [hand_made(), generated(wanted), slowest()]
    sys.exit(0 if all(held) else 1)
