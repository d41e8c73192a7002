"""Marks: the same for the same bare token, ours only if their check holds, apart where tenants must not be joined."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from redactors.keyring import new_ring, rotate_ring
from redactors.marks import Marker, matches
from redactors.policy import Policy
from tests.laws.stage import RING, engine, lines, run
from tests.redactors.scrubbing import scrub

MARKER = Marker(RING, ("aws-access-key",))
FOREIGN = new_ring(bytes(range(64, 128)))
ROTATED = rotate_ring(RING, bytes(range(100, 132)))
ABC = MARKER.keyed("credential", "abc")


def fingerprint(text: str) -> str:
    """Return key id and fingerprint of the one mark in a text."""
    found = re.findall(r"~([A-Z2-7]{2}\.[A-Z2-7]{16})[A-Z2-7]{4}\]", text)
    assert len(found) == 1, text
    return str(found[0])


def test_a_mark_has_the_form_that_is_promised() -> None:
    assert re.fullmatch(r"\[credential~[A-Z2-7]{2}\.[A-Z2-7]{20}\]", ABC)
    assert ABC[len("[credential~") :][:2] == RING.active


SAME = ("Bearer abc", "bearer   abc", "Basic abc", "token abc", '"abc"', "a%62c", "a%2562c", "%22abc%22", " abc ")


@pytest.mark.parametrize("written", SAME)
def test_a_token_has_one_fingerprint_however_it_is_written(written: str) -> None:
    assert MARKER.keyed("credential", written) == ABC


def test_fingerprints_are_of_the_token_and_not_of_the_rule() -> None:
    assert fingerprint(MARKER.keyed("session", "abc")) == fingerprint(ABC)
    assert fingerprint(MARKER.keyed("session", "abd")) != fingerprint(ABC)
    assert MARKER.keyed("session", "abc")[-5:] != ABC[-5:]


PLACES = {
    "a header": lambda: scrub("headers", {"x-api-key": "hunter22x"})["x-api-key"],
    "a header with a scheme": lambda: scrub("headers", {"authorization": "Bearer hunter22x"})["authorization"],
    "a cookie": lambda: scrub("cookies", "sid=hunter22x"),
    "a quoted cookie": lambda: scrub("cookies", 'sid="hunter22x"'),
    "an encoded cookie": lambda: scrub("cookies", "sid=hunter%32%32x"),
    "text": lambda: scrub("text", "password: hunter22x"),
    "JSON in text": lambda: scrub("text", '{"password":"hunter22x"}'),
    "an object": lambda: scrub("object", {"password": "hunter22x"})["password"],
    "a credential": lambda: scrub("credential", "hunter22x"),
    "an identity": lambda: scrub("identity", "hunter22x"),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_token_has_one_fingerprint_wherever_it_stands(place: str) -> None:
    assert fingerprint(PLACES[place]()) == fingerprint(MARKER.keyed("token", "hunter22x"))


OURS = ("[credential]", "[body]", "[aws-access-key]", ABC, Marker(ROTATED).keyed("session", "x"))
NOT_OURS = {
    "a rule that does not exist": "[made-up]",
    "a forged check": "[credential~AA.AAAAAAAAAAAAAAAAAAAA]",
    "another rule under the same letters": ABC.replace("credential", "session"),
    "one letter changed": ABC[:20] + ("A" if ABC[20] != "A" else "B") + ABC[21:],
    "another key's id": ABC.replace(f"~{RING.active}.", "~AA."),
    "a foreign key": Marker(FOREIGN).keyed("credential", "abc"),
    "more before it": f"x{ABC}",
    "more behind it": f"{ABC}x",
    "a line feed behind it": f"{ABC}\n",
    "empty": "",
}


@pytest.mark.parametrize("text", OURS)
def test_a_mark_of_ours_is_known(text: str) -> None:
    assert MARKER.is_mark(text)
    assert scrub("credential", text) == text
    assert scrub("headers", {"x-shop": text}) == {"x-shop": text}


@pytest.mark.parametrize("text", NOT_OURS.values(), ids=NOT_OURS)
def test_what_only_looks_like_a_mark_is_none(text: str) -> None:
    assert not MARKER.is_mark(text)


@pytest.mark.parametrize("text", [text for text in NOT_OURS.values() if text])
def test_what_only_looks_like_a_mark_is_redacted(text: str) -> None:
    assert text not in scrub("credential", text)
    assert scrub("headers", {"x-shop": text}) == {"x-shop": "[header]"}


def test_a_mark_of_ours_in_text_stays_and_is_found() -> None:
    text = f"x {ABC} y [made-up] [body]"
    assert scrub("text", text) == text
    assert [text[start:end] for start, end in MARKER.spans(text)] == [ABC, "[body]"]


def test_marks_of_a_retired_key_are_known_and_looked_up() -> None:
    assert Marker(ROTATED).is_mark(ABC)
    assert matches(ROTATED, ABC, "abc")
    assert Marker(ROTATED).keyed("credential", "abc") != ABC
    assert matches(ROTATED, Marker(ROTATED).keyed("credential", "abc"), "Bearer abc")


LOOKUPS = {
    "another secret": (ABC, "abd"),
    "a mark of a foreign ring": (Marker(FOREIGN).keyed("credential", "abc"), "abc"),
    "a forged mark": ("[credential~AA.AAAAAAAAAAAAAAAAAAAA]", "abc"),
    "a plain mark": ("[credential]", "abc"),
    "no mark": ("abc", "abc"),
}


@pytest.mark.parametrize(("mark", "secret"), LOOKUPS.values(), ids=LOOKUPS)
def test_a_secret_is_not_found_behind(mark: str, secret: str) -> None:
    assert not matches(RING, mark, secret)


def test_without_a_key_marks_are_plain_and_nothing_keyed_is_ours() -> None:
    assert Marker(None).keyed("credential", "abc") == "[credential]"
    assert not Marker(None).is_mark(ABC)
    assert Marker(None).is_mark("[credential]")


def test_tenants_cannot_be_joined_and_an_unknown_one_gets_plain_marks() -> None:
    marker = Marker(RING, (), "zone")
    made: dict[str, set[str]] = {}
    for tenant in ("a.example", "b.example", "", "a.example"):
        marker.select(tenant)
        made.setdefault(tenant, set()).add(marker.keyed("credential", "abc"))
    assert made[""] == {"[credential]"}
    assert len(made["a.example"]) == 1
    assert len(made["a.example"] | made["b.example"] | {ABC}) == 3


def test_a_secret_is_looked_up_by_its_tenant() -> None:
    marker = Marker(RING, (), "zone")
    marker.select("a.example")
    mark = marker.keyed("credential", "abc")
    assert marker.is_mark(mark)
    assert matches(RING, mark, "abc", "a.example")
    assert not matches(RING, mark, "abc", "b.example")
    assert not matches(RING, mark, "abc")


def test_records_are_marked_for_the_zone_they_name() -> None:
    base = {"RayID": "7a1f7ad4df2f870a", "EdgeResponseStatus": 200, "Cookies": {"sid": "abc"}}
    zones: tuple[dict[str, str], ...] = (
        {"ZoneName": "a.example"},
        {"ZoneName": "b.example"},
        {},
        {"ZoneName": "a.example"},
    )
    by = engine(replace(Policy(), scope="zone"))
    one, two, unknown, again = (
        record["Cookies"]["sid"] for record in run(lines(*({**base, **zone} for zone in zones)), by=by).records
    )
    assert one == again
    assert one != two
    assert unknown == "[session]"
    assert matches(RING, two, "abc", "b.example")
