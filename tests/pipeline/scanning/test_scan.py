"""Secrets in files: found wherever they stand, told by place, rule and length."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from pipeline.scanning import scan
from pipeline.scanning.scan import Hit, Position, Scan, decoded
from redactors.marks import Marker
from redactors.rule_choices import select
from redactors.secrets import compile_rules, load_rules
from tests.laws.stage import RING, rules

TOKEN = "ghp_" + "a1B2c3D4e5" * 3 + "f6G7h8"
KEY = "-----BEGIN PRIVATE KEY-----\n" + "MIIEexampleONLY0123456789\n" * 8 + "-----END PRIVATE KEY-----"
SIZE = scan.PIECE_LETTERS + 2 * scan.MARGIN_LETTERS


def _hits(texts: Iterable[str], *, settings: bool = False, marker: Marker | None = None) -> list[Hit]:
    return list(Scan(rules(), marker).hits(texts, settings=settings))


def test_a_hit_says_where_and_by_which_rule_and_how_long() -> None:
    (hit,) = _hits([f"a\n\u00e9\U0001f511 {TOKEN};\n"])
    assert hit == Hit("github-token", "active", Position(2, 4), Position(2, 44), 40, "")


def test_a_secret_of_several_lines_ends_on_its_last() -> None:
    (hit,) = _hits([f"key:\n  {KEY}\n"])
    assert (hit.rule, hit.start, hit.end) == ("private-key", Position(2, 3), Position(11, 26))


def test_hits_come_in_order() -> None:
    text = f'password = "hunter22x" {TOKEN}\napi_key=Zx8Kq2Lm5Np7Rt9V {TOKEN}'
    assert [(hit.rule, hit.start.line) for hit in _hits([text])] == [
        ("generic-key", 1), ("github-token", 1), ("generic-key", 2), ("github-token", 2)
    ]  # fmt: skip


def test_one_secret_is_one_hit() -> None:
    assert [hit.rule for hit in _hits([f'github_token = "{TOKEN}"'], settings=True)] == ["github-token"]


BORDERS = (
    scan.PIECE_LETTERS,
    scan.PIECE_LETTERS + scan.MARGIN_LETTERS,
    SIZE,
    2 * scan.PIECE_LETTERS + scan.MARGIN_LETTERS,
)


@pytest.mark.parametrize("secret", [TOKEN, KEY, 'api_key = "Zx8Kq2Lm5Np7Rt9V"'], ids=["token", "key", "by name"])
@pytest.mark.parametrize("border", BORDERS)
def test_a_secret_on_a_border_is_found_once_and_in_its_place(border: int, secret: str) -> None:
    for before in (*range(-3, 4), len(secret) // 2, len(secret) - 1, len(secret)):
        lead = ("x" * 78 + "\n") * (border // 79 + 1)
        text = lead[: border - before - 1] + "\n" + secret + "\n" + lead
        (hit,) = _hits([text])
        alone = _hits([secret])[0]
        assert (hit.rule, hit.length) == (alone.rule, alone.length)
        assert hit.start == Position(text[: border - before].count("\n") + 1, alone.start.column)


def test_how_a_file_is_read_does_not_matter() -> None:
    planted = {2311: f"{TOKEN}\n", 1709: f"{KEY}\n"}
    lines = (
        next((text for every, text in planted.items() if number % every == 0), f"line {number} of a file\n")
        for number in range(40_000)
    )
    text = "".join(lines)
    whole = _hits([text])
    assert len(whole) > 10
    for size in (1 << 16, 99_991, SIZE, SIZE + 1):
        assert _hits(text[at : at + size] for at in range(0, len(text), size)) == whole


def test_one_line_of_a_million_letters_has_columns() -> None:
    (hit,) = _hits(["x" * 1_000_000 + " " + TOKEN])
    assert hit.start == Position(1, 1_000_002)


def test_personal_data_is_no_secret_here() -> None:
    assert not _hits(["ada@shop.example +44 20 7946 0958 4111 1111 1111 1111 GB33BUKB20201555555555"])


def test_a_word_for_a_secret_is_no_hit() -> None:
    assert not _hits(["postgres://user:password@db.example/x postgres://user:${DB_PASSWORD}@db.example/x"])


def test_a_mark_of_ours_is_no_secret_and_a_secret_has_its_mark() -> None:
    marker = Marker(RING, (rule.id for rule in rules().rules))
    mark = marker.keyed("github-token", TOKEN)
    (hit,) = _hits([f"{mark} {TOKEN} {mark}"], marker=marker)
    assert hit.mark == mark
    assert not _hits([mark])


def test_by_name_alone_the_state_and_the_allowlist_of_the_rule_for_names_hold() -> None:
    text = ['password = "hunter22x"; api_token = "test_q8Zt3LmV"']
    for disabled, shadow, allow, told in (
        ((), (), {}, ["active", "active"]),
        (("generic-key",), (), {}, []),
        ((), ("generic-key",), {}, ["shadow", "shadow"]),
        ((), (), {"generic-key": ("^test_",)}, ["active"]),
    ):
        chosen = compile_rules(select(load_rules(), disabled, shadow, allow))
        assert [hit.state for hit in Scan(chosen, None).hits(text, settings=False)] == told


TEXTS = {
    "UTF-8": "größe".encode(),
    "UTF-8 with a byte order mark": "größe".encode("utf-8-sig"),
    "UTF-16": "größe".encode("utf-16"),
    "UTF-16, big end first": b"\xfe\xff" + "größe".encode("utf-16-be"),
    "UTF-32": "größe".encode("utf-32"),
}


@pytest.mark.parametrize("data", TEXTS.values(), ids=TEXTS.keys())
def test_text_is_read_by_its_encoding(data: bytes) -> None:
    for chunks in ([data], [b"", data[:1], b"", data[1:]]):
        texts = decoded(chunks)
        assert texts is not None
        assert "".join(texts) == "größe"


def test_what_fits_no_encoding_is_read_all_the_same() -> None:
    texts = decoded([f"gr\xf6\xdfe {TOKEN}".encode("latin-1")])
    assert texts is not None
    assert [hit.rule for hit in _hits(texts)] == ["github-token"]


def test_a_zero_byte_near_the_start_is_no_text() -> None:
    assert decoded([b"x" * 7999 + b"\0"]) is None
    assert decoded([b"x" * 4000, b"x" * 3999, b"\0"]) is None
    late = decoded([b"x" * 8000 + b"\0 " + TOKEN.encode()])
    assert late is not None
    assert [hit.start.column for hit in _hits(late)] == [8003]


def test_nothing_is_text() -> None:
    texts = decoded([])
    assert texts is not None
    assert not _hits(texts)


def test_a_hit_holds_no_secret() -> None:
    for text in (TOKEN, KEY, 'password = "hunter22x"'):
        (hit,) = _hits([text])
        assert all(secret not in repr(hit) for secret in (TOKEN[4:], "MIIE", "hunter"))


def test_a_path_that_is_a_secret_is_told_without_it() -> None:
    shown = Scan(rules(), None).shown
    assert shown(f"backup/{TOKEN}/a.env") == "backup/[github-token]/a.env"
    assert shown("src/main.py") == "src/main.py"
    assert shown("b\udce9ta.env") == "b\udce9ta.env"
