"""Tokens of every rule, placed by a generator in all positions and encodings: what of them survives."""

from __future__ import annotations

from collections import Counter

import pytest

from redactors.rule_rows import parse_rows, rule_files
from tests.attack.placing import GROUPS, Group, place_all
from tests.attack.tokens import Token, rule_tokens, unknown_tokens

PER_RULE = 1
UNKNOWN = 400


def tokens_for(group: Group, per_rule: int, unknown: int) -> list[Token]:
    return list(unknown_tokens(unknown) if "unknown" in group.name else rule_tokens(per_rule))


def test_nearly_every_rule_gives_a_token_to_place() -> None:
    rows = [row.rule.id for name, text in rule_files().items() for row in parse_rows(name, text)]
    # Some rules are of numbers and codes that are shorter than the window by which survivors are told.
    assert len({token.rule for token in rule_tokens(PER_RULE)}) >= 0.95 * len(rows)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_hardly_a_window_of_a_token_survives(group: Group) -> None:
    outcomes = place_all(group, tokens_for(group, PER_RULE, UNKNOWN))
    placed = sum(outcome.placed for outcome in outcomes)
    survived = Counter((outcome.place, outcome.encoding, rule) for outcome in outcomes for rule in outcome.survivors)
    assert placed >= 400
    assert survived.total() <= group.may_survive * placed, survived.most_common(12)
