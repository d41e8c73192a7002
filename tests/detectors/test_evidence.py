"""Laws of every evidence part: merged in any order and split it is the same, it stays small, and it is read back."""

from __future__ import annotations

import copy
from functools import reduce
from itertools import pairwise
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.estimates import Counts, Distinct
from detectors.evidence import Part, Wire, ordering_of
from detectors.fingerprints import Fingerprints, FingerprintSet, number, split
from detectors.samples import Sample, Sampled, Traces
from tests.detectors.toys import PARTS, SEED

ORDER = ordering_of(SEED)
TIMES = st.integers(0, 1 << 50)
NAMES = st.text(max_size=6)
LETTERS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=16, max_size=16)
Thing = tuple[int, str, str]
THINGS = st.lists(st.tuples(TIMES, st.sampled_from([*"abcdefghijkl", "\u00e9", "x" * 30]), LETTERS), max_size=30)


def add(part: Part, state: Any, thing: Thing) -> Any:  # noqa: ANN401 (a state is what the part says)
    """Add one thing to a state, as a detector would."""
    time, name, letters = thing
    if isinstance(part, Distinct | Counts):
        part.add(state, number(letters))
    elif isinstance(part, Sample):
        cell = part.cell(state, name, ORDER)
        for at, inner in enumerate(part.parts):
            cell[at] = add(inner, cell[at], thing)
    elif isinstance(part, Traces):
        part.add(state, time, name if time % 2 else "", "origin", 1 + time % 5)
    elif isinstance(part, Fingerprints):
        state.add([letters])
    else:
        state = part.merge(state, time % 1000, ORDER)
    return state


def of(part: Part, things: list[Thing]) -> Any:  # noqa: ANN401 (a state is what the part says)
    """Fold things into a new state."""
    return part.trim(reduce(lambda state, thing: add(part, state, thing), things, part.new()), ORDER)


def written(part: Part, state: Any) -> bytes:  # noqa: ANN401 (a state is what the part says)
    """Write a state by itself."""
    wire = Wire()
    return orjson.dumps([part.dump(state, wire), wire.origins])


def read(part: Part, data: bytes) -> Any:  # noqa: ANN401 (a state is what the part says)
    """Read a state."""
    plain, origins = orjson.loads(data)
    return part.load(plain, Wire(origins))


every_part = pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)


@every_part
@given(things=THINGS, cuts=st.lists(st.integers(0, 30), max_size=4), turn=st.randoms(use_true_random=False))
def test_any_split_in_any_order_says_the_same(part: Part, things: list[Thing], cuts: list[int], turn: Any) -> None:  # noqa: ANN401 (hypothesis's random)
    borders = sorted({0, len(things), *(min(cut, len(things)) for cut in cuts)})
    states = [of(part, things[start:end]) for start, end in pairwise(borders)]
    turn.shuffle(states)
    merged = reduce(lambda a, b: part.merge(a, b, ORDER), states, part.new())
    assert written(part, merged) == written(part, of(part, things))


@every_part
@given(one=THINGS, two=THINGS, three=THINGS)
def test_merging_is_associative_and_commutative(
    part: Part, one: list[Thing], two: list[Thing], three: list[Thing]
) -> None:
    a, b, c = (of(part, things) for things in (one, two, three))

    def merge(x: Any, y: Any) -> Any:  # noqa: ANN401 (a state is what the part says)
        return part.merge(copy.deepcopy(x), copy.deepcopy(y), ORDER)

    assert written(part, merge(merge(a, b), c)) == written(part, merge(a, merge(b, c)))
    assert written(part, merge(a, b)) == written(part, merge(b, a))
    assert written(part, merge(a, part.new())) == written(part, a)


@every_part
@given(things=THINGS)
def test_what_is_written_is_read_back(part: Part, things: list[Thing]) -> None:
    data = written(part, of(part, things))
    back = read(part, data)
    assert written(part, back) == data
    assert written(part, part.merge(back, of(part, things[:3]), ORDER)) == written(
        part, part.merge(of(part, things), of(part, things[:3]), ORDER)
    )


@every_part
def test_endless_new_things_take_no_endless_room(part: Part) -> None:
    def thing(at: int) -> Thing:
        letters = "".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[at * 7919 >> shift & 31] for shift in range(0, 48, 3))
        return at, f"name {at}", letters

    few = len(written(part, of(part, [thing(at) for at in range(1000)])))
    many = len(written(part, of(part, [thing(at) for at in range(5000)])))
    assert many <= 2 * few + 200


@pytest.mark.parametrize(("part", "size"), [(Sample(4), 4), (Fingerprints(6), 6)], ids=["sample", "fingerprints"])
@given(things=THINGS)
def test_a_cap_that_took_something_says_so_and_no_other_does(part: Part, size: int, things: list[Thing]) -> None:
    names = {thing[1] if isinstance(part, Sample) else number(thing[2]) for thing in things}
    state = reduce(lambda a, b: part.merge(a, b, ORDER), [of(part, [thing]) for thing in things], part.new())
    assert part.capped(state) == (len(names) > size)
    assert part.capped(read(part, written(part, state))) == part.capped(state)


@pytest.mark.parametrize(
    "plain",
    [None, "x", 1.5, [1], {"a": 1}, ["a", "b"], [[0, "!"]], [0, "AAA="], [0, ["a", "b"], 7], [[1, 2, 3]], "AAAA="],
    ids=repr,
)
@every_part
def test_nonsense_is_refused_or_read_as_something_that_can_be_written(part: Part, plain: Any) -> None:  # noqa: ANN401 (any JSON)
    try:
        state = part.load(plain, Wire([]))
    except (ValueError, TypeError, KeyError, IndexError):
        return
    part.dump(state, Wire([]))


@pytest.mark.parametrize("count", [0, 1, 50, 1000, 50_000])
def test_distinct_things_are_told_to_within_some_percent(count: int) -> None:
    part = Distinct()
    state = part.new()
    for at in range(count):
        part.add(state, ORDER(str(at)))
        part.add(state, ORDER(str(at)))
    assert abs(part.estimate(state) - count) <= 0.1 * count


def test_counts_are_never_too_low() -> None:
    part = Counts()
    state = part.new()
    for at in range(3000):
        part.add(state, ORDER(str(at % 300)))
    assert all(10 <= part.estimate(state, ORDER(str(at))) <= 60 for at in range(300))


def test_the_earliest_records_stay_and_equal_rays_are_one() -> None:
    part = Traces(2)
    state = part.new()
    for time, ray in [(5, "c"), (3, "a"), (3, "a"), (4, "b")]:
        part.add(state, time, ray, "origin", 9)
    assert sorted(part.trim(state, ORDER)) == [(3, "a", 0), (4, "b", 0)]


@given(letters=st.lists(LETTERS, max_size=40))
def test_a_set_of_fingerprints_is_a_set(letters: list[str]) -> None:
    state = FingerprintSet()
    state.add(letters)
    assert sorted(state) == sorted({number(each) for each in letters})
    assert len(state) == len(list(state))
    assert all(number(each) in state for each in letters)
    assert split("".join(letters)) == letters


def test_a_sample_that_is_nested_in_a_sample_keeps_its_own_bound() -> None:
    part = Sample(2, (Sample(1),))
    state: Sampled = part.new()
    for at in range(100):
        Sample(1).cell(part.cell(state, f"{at % 3}", ORDER)[0], f"{at}", ORDER)
    part.trim(state, ORDER)
    assert all(len(cell[0].items) == 1 for cell in state.items.values())


def test_what_is_no_fingerprint_does_not_cost_those_that_are() -> None:
    state = FingerprintSet()
    state.add(["A" * 16, "w" * 16, "A0B1" * 4, "short", "B" * 16, ""])
    assert sorted(state) == [number("A" * 16), number("B" * 16)]
