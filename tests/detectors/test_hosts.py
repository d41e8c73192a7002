"""Hosts: every spelling is read as the standards say, whatever stands around it, and nothing makes it fail."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import edgesieve
from detectors.host_classes import VERDICTS, HostClass, Verdict, gravest
from detectors.hosts import Note, canonical, read

DATA = Path(__file__).parent / "data" / "hosts.toml"
GROUPS: list[dict[str, Any]] = tomllib.loads(DATA.read_text(encoding="utf-8"))["group"]
ROWS = [
    (text, group["kind"], host)
    for group in GROUPS
    for text, host in ((each, group["host"]) if isinstance(each, str) else each for each in group["spellings"])
]
PAGE = (Path(edgesieve.__file__).parent / "docs" / "hosts.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("text", "kind", "host"), ROWS, ids=[ascii(text)[1:-1] for text, _, _ in ROWS])
def test_every_spelling_has_the_class_and_the_host_of_the_standards(text: str, kind: str, host: str) -> None:
    found = canonical(text)
    assert (found.kind, found.name) == (kind, host)


def test_the_table_is_large_has_no_row_twice_and_leaves_out_no_class() -> None:
    assert len(ROWS) >= 300
    assert len({text for text, _, _ in ROWS}) == len(ROWS)
    assert {kind for _, kind, _ in ROWS} == set(HostClass)


NOTES = {
    "https://shop.example/": set(),
    "shop.example": set(),
    "shop.example:443": set(),
    "shop.example:80": set(),
    "//shop.example/x": set(),
    "wss://shop.example/": set(),
    "HTTPS://SHOP.EXAMPLE/": set(),
    "http://shop.example/": {Note.SCHEME},
    "gopher://shop.example/": {Note.SCHEME},
    "file:///etc/passwd": {Note.SCHEME},
    "https://shop.example:443/": set(),
    "https://shop.example:8443/": {Note.PORT},
    "https://shop.example:80/": {Note.PORT},
    "shop.example:8080": {Note.PORT},
    "https://allowed.example@shop.example/": {Note.USERINFO},
    "https://:secret@shop.example/": {Note.USERINFO},
    "https://shop.example/@x": set(),
    "https://shop.example./": {Note.TRAILING_DOT},
    "https://127.0.0.1./": {Note.TRAILING_DOT},
    "https://0x7f.1/": {Note.DISGUISED},
    "https://2130706433/127.0.0.1": {Note.DISGUISED},
    "https://127.0.0.1@2130706433/": {Note.DISGUISED, Note.USERINFO},
    "https://sh%6fp.example/": {Note.DISGUISED},
    "https://sh\top.example/": {Note.DISGUISED},
    "https://sh\u00adop.example/": {Note.DISGUISED},
    "https://127\u30020.0.1/": {Note.DISGUISED},
    "https://b\u00fccher.example/": {Note.IDN},
    "https://xn--bcher-kva.example/": {Note.IDN},
    "https://axn--b.example/": set(),
    "https://[::1]/": set(),
    "https://[0:0::1]/": set(),
    "https://[::ffff:127.0.0.1]/": {Note.EMBEDDED_IPV4},
    "https://[2002:808:808::]/": {Note.EMBEDDED_IPV4},
    "https://10.0.0.1.nip.io/": {Note.WILDCARD_DNS},
    "https://8-8-8-8.nip.io/": {Note.WILDCARD_DNS},
    "https://nip.io/": set(),
}


@pytest.mark.parametrize(("text", "notes"), NOTES.items(), ids=map(ascii, NOTES))
def test_what_is_odd_about_a_url_is_noted(text: str, notes: set[Note]) -> None:
    assert canonical(text).notes == notes


@pytest.mark.parametrize(
    ("text", "scheme", "port"),
    [
        ("shop.example", "", 0),
        ("shop.example:443", "", 0),
        ("shop.example:8080", "", 8080),
        ("//shop.example:8080", "", 8080),
        ("HTTPS://shop.example:443/", "https", 0),
        ("http://shop.example:443/", "http", 443),
        ("redis://shop.example:6379/0", "redis", 6379),
        ("https://1.2.3.4.5:8080/", "", 0),
    ],
)
def test_scheme_and_port_are_told(text: str, scheme: str, port: int) -> None:
    found = canonical(text)
    assert (found.scheme, found.port) == (scheme, port)


def test_one_trailing_dot_is_not_compared() -> None:
    assert [canonical(text).bare for text in ("a.example", "a.example.", "a.example..")] == [
        "a.example",
        "a.example",
        "a.example.",
    ]


@pytest.mark.parametrize("kind", HostClass)
def test_every_class_has_its_verdict_and_its_line_in_the_docs(kind: HostClass) -> None:
    assert f"\n| `{kind}` | {VERDICTS[kind]} | " in PAGE


@pytest.mark.parametrize("note", Note)
def test_every_note_has_its_line_in_the_docs(note: Note) -> None:
    assert f"\n| `{note}` | " in PAGE


def test_every_row_of_the_table_keeps_its_verdict() -> None:
    for text, kind, _ in ROWS:
        assert canonical(text).verdict is VERDICTS[HostClass(kind)]


def test_of_several_classes_the_gravest_is_told() -> None:
    assert gravest([HostClass.PUBLIC, HostClass.DOCUMENTATION, HostClass.METADATA, HostClass.LOOPBACK]) == "metadata"
    assert gravest([]) is HostClass.PUBLIC


PIECES = st.sampled_from(
    "http https file gopher ws : / // \\ ? # @ [ ] % . .. - _ 0 1 7 08 0x 0x7f 127 255 256 65536 2130706433 ::1 fe80::"
    " ffff: a Z xn-- example com local localhost internal nip.io 1u.ms %2e %00 %31 %zz \t \n \r \x00 \x7f \u3002 \uff11"
    " \u00df \u0130 \u212a \u24d0 \u0430 \u05d0 \u0661 \u200b \u200d \u00ad \ufffd \ud800 \udfff \U0001f600".split(" ")
)
TEXTS = st.one_of(
    st.lists(PIECES, max_size=10).map("".join), st.text(max_size=40), st.sampled_from([*(r[0] for r in ROWS)])
)


@given(TEXTS)
@example("\ud800")
@example("http://\ud83d\ude00.example/\ud83d")
@example("[" * 5000)
@example("a." * 5000)
@example("http://" + "1" * 5000)
def test_nothing_makes_it_fail(text: str) -> None:
    found = canonical(text)
    assert bool(found.name) == (found.kind not in {HostClass.INVALID, HostClass.NO_HOST, HostClass.LOCAL_FILE})


@given(TEXTS)
def test_a_canonical_host_is_its_own(text: str) -> None:
    found = canonical(text)
    if found.name:
        again = canonical(found.name)
        assert (again.name, again.kind) == (found.name, found.kind)
        assert again.notes <= {Note.TRAILING_DOT, Note.IDN, Note.EMBEDDED_IPV4, Note.WILDCARD_DNS}


@given(TEXTS)
def test_upper_and_lower_case_are_the_same_host(text: str) -> None:
    swapped = "".join(each.swapcase() if each.isascii() else each for each in text)
    assert canonical(swapped) == canonical(text)


@given(
    TEXTS, st.sampled_from(["", "/", "/x?y=http://127.0.0.1/", "?@127.0.0.1", "#@127.0.0.1", " ", "/\u00ff ", "\\x"])
)
def test_what_is_remembered_is_what_is_read(text: str, tail: str) -> None:
    assert canonical(text + tail) == read(text + tail)


@given(TEXTS, st.sampled_from(["/", "/x?y=http://127.0.0.1/", "/@127.0.0.1", "/\u00ff\ud800"]))
def test_what_follows_the_host_changes_nothing(text: str, tail: str) -> None:
    authority = "".join(each for each in text if each not in "/\\?#\t\r\n")
    assume(authority)  # else the slashes run on, and the host is what follows
    assert canonical(f"https://{authority}{tail}") == canonical(f"https://{authority}/")


def test_words_for_outside_are_three() -> None:
    assert set(VERDICTS.values()) == set(Verdict)
    assert set(VERDICTS) == set(HostClass)
