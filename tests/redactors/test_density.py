"""Too many secrets in one text: none stays, and what follows becomes one mark."""

from __future__ import annotations

import pytest

from redactors.density import most_marks, splice
from tests.laws.stage import lines, run
from tests.redactors.scrubbing import scrub

MANY = 400
DENSE = {
    "pairs": "token=s{}x ",
    "elements": "<password>s{}x</password> ",
    "flags": "--password s{}x ",
    "names and values apart": "name=password value=s{}x ",
    "URLs": "https://h.example/p?x=s{}x ",
    "random tokens": "x7Gq2LmZ9pWv4RtY8kB{}n ",
    "known formats": "ghp_abcdefghijABCDEFGHIJklmnopqrstuv{} ",
    "e-mail addresses": "user{}@mail.example ",
}


@pytest.mark.parametrize("piece", DENSE.values(), ids=DENSE)
def test_of_too_many_secrets_none_stays_and_not_each_has_its_mark(piece: str) -> None:
    text = "".join(piece.replace("{}", str(1000 + at)) for at in range(MANY))
    once = run(lines({"RayID": "7a", "EdgeResponseStatus": 200, "WAFMatchedVar": text}))
    safe = once.records[0]["WAFMatchedVar"]
    assert not any(str(1000 + at) in safe for at in range(MANY))
    assert safe.count("[") <= most_marks(len(text)) + 1
    assert run(once.safe).safe == once.safe


def test_a_splice_makes_changes_up_to_the_most_and_ends_with_the_rest() -> None:
    text = "abc" * MANY
    changes = [(at, at + 1, "-") for at in range(0, len(text), 3)]
    most = most_marks(len(text))
    assert splice(text, changes[:most], "[rest]") == "-bc" * most + "abc" * (MANY - most)
    assert splice(text, changes, "[rest]") == "-bc" * most + "[rest]"
    assert splice(text, [], "[rest]") is text


@pytest.mark.parametrize("count", [1, 40, 41, 500])
def test_a_chain_of_too_many_addresses_is_one_mark(count: int) -> None:
    chain = ", ".join(f"203.0.113.{at % 256}" for at in range(count))
    expected = ", ".join(["203.0.113.0"] * count) if count <= 41 else "[ip]"
    assert scrub("ip", chain) == expected
