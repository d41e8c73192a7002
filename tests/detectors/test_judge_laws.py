"""Laws of judging: how rows are cut, folded, delivered, judged and written down changes nothing that is said last."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.detectors.stories import DELAY, Batch, deliveries, facts, judged
from tests.detectors.toys import START, folded

WHOLE = settings(max_examples=150, deadline=None)
TURNS = st.randoms(use_true_random=False)
WARM_UPS = st.sampled_from([0, 1800])


def in_one(batches: list[Batch]) -> list[Batch]:
    """Deliver all rows at once."""
    return [Batch(START + 9 * 3600, [row for batch in batches for row in batch.rows])]


@WHOLE
@given(batches=deliveries(), warm_up=WARM_UPS, delay=st.integers(0, DELAY))
def test_any_split_into_batches_says_the_same(batches: list[Batch], warm_up: int, delay: int) -> None:
    known = facts(warm_up=warm_up)
    assert judged(batches, known, delay=delay) == judged(in_one(batches), known)


@WHOLE
@given(batches=deliveries(), turn=TURNS, warm_up=WARM_UPS)
def test_any_order_says_the_same_where_time_does_not_tick(batches: list[Batch], turn: Random, warm_up: int) -> None:
    known = facts(warm_up=warm_up)
    mixed = batches[:]
    turn.shuffle(mixed)
    assert judged(mixed, known, ticks=False) == judged(batches, known)


@WHOLE
@given(batches=deliveries(), judges=st.integers(2, 5))
def test_any_number_of_judges_says_the_same(batches: list[Batch], judges: int) -> None:
    assert judged(batches, facts(), judges=judges) == judged(batches, facts())


@WHOLE
@given(batches=deliveries(), at=st.frozensets(st.integers(0, 60)))
def test_a_judge_that_is_written_down_and_read_back_says_the_same(batches: list[Batch], at: frozenset[int]) -> None:
    known = facts(warm_up=1800)
    assert judged(batches, known, restored_at=at) == judged(batches, known)


@WHOLE
@given(batches=deliveries(), stretch=st.integers(1, 7))
def test_folding_by_the_stretch_gives_the_same_bytes(batches: list[Batch], stretch: int) -> None:
    for batch in batches:
        assert folded(batch.rows, stretch=stretch) == folded(batch.rows)


@WHOLE
@given(batches=deliveries())
def test_warming_hides_statistics_and_no_proof(batches: list[Batch]) -> None:
    without, warm = judged(batches, facts()), judged(batches, facts(warm_up=10**6))
    warm = {name: said for name, said in warm.items() if said.rule != "learned"}
    assert set(warm) <= set(without)
    assert {said.rule for name, said in without.items() if name not in warm} <= {"rate"}
    assert "rate" not in {said.rule for said in warm.values()}
