"""Finding secrets: overlaps, neighbours, marks, shadow, choices, caches, and words of error that betray nothing."""

from __future__ import annotations

import random
import tomllib
from itertools import pairwise

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redactors.base import ConfigurationError
from redactors.rule_rows import Rule, parse_rows, rule_files
from redactors.secrets import (
    Rules,
    compile_rules,
    dump_database,
    parse_rules,
    rules_from_json,
    rules_to_json,
    select,
    test_rule,
)
from tests.laws.stage import rules as packaged_rules

test_rule.__test__ = False  # type: ignore[attr-defined] # its name is not a test's

ALL = packaged_rules()
PACKAGED = ALL.rules
AWS = "AKIAEXAMPLEONLY23456"
ROW = """
[[rule]]
id = "{id}"
reference = "Example, Tokens"
{form}
examples = ["{one}", "{two}"]
counter_examples = ["exm_short", "exm"]
"""
TOKEN = 'token = { prefix = ["exm_"], alphabet = "hex", length = 16 }'
ONE, TWO = "exm_0123456789abcdef", "exm_fedcba9876543210"


def row(form: str = TOKEN, *, id_: str = "example-token", one: str = ONE, two: str = TWO) -> bytes:
    """Return a rule file of one rule."""
    return ROW.format(id=id_, form=form, one=one, two=two).encode()


def found(rules: Rules, text: str) -> list[tuple[str, str]]:
    """Return (rule id, secret) of all that is found in a text."""
    return [(span.rule.id, text[span.start : span.end]) for span in rules.spans(text)]


def own(*texts: bytes) -> Rules:
    """Compile rules of the tests' own."""
    return compile_rules(rule for text in texts for rule in parse_rules("own", text))


def test_a_secret_is_found_where_it_stands() -> None:
    assert found(ALL, f"key {AWS} leaked") == [("aws-access-key", AWS)]


@pytest.mark.parametrize("between", [" ", ",", "\n", "%2C", "é", "\\n", "&k="])
def test_what_bounds_one_secret_may_bound_the_next(between: str) -> None:
    assert found(ALL, between.join([AWS] * 3)) == [("aws-access-key", AWS)] * 3


def test_offsets_count_characters_not_bytes() -> None:
    text = f"é\U0001f511 {AWS} ü {AWS}ö"
    assert [text[span.start : span.end] for span in ALL.spans(text)] == [AWS, AWS]


def test_spans_come_in_order_and_never_overlap() -> None:
    text = f"postgres://u:{AWS}@h.example/ Bearer {AWS} mail a.b@c.example {AWS}"
    spans = ALL.spans(text)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    assert AWS not in "".join(text[one.end : other.start] for one, other in pairwise(spans))


def test_a_vendors_rule_goes_before_a_general_one_for_the_same_secret() -> None:
    assert found(ALL, f"Bearer {AWS}") == [("aws-access-key", AWS)]


def test_any_secret_goes_before_personal_data() -> None:
    assert found(ALL, "postgres://app:example-password@db.example/x") == [("url-password", "example-password")]


def test_of_a_secret_that_another_covers_in_part_the_rest_is_given_too() -> None:
    longer = row('pattern = "exm_[0-9]{30}"', id_="longer", one="exm_" + "0" * 30, two="exm_" + "1" * 30)
    later = row('pattern = "[0-9]{4}-tail"\nboundary = "none"', id_="later", one="1111-tail", two="0000-tail")
    assert found(own(longer, later), "exm_" + "1" * 30 + "-tail") == [("longer", "exm_" + "1" * 30), ("later", "-tail")]


def test_a_rule_in_shadow_never_stands_in_the_way_of_one_that_acts() -> None:
    shadow = row(
        'pattern = "exm_[0-9a-f]{16}-[a-z]{9}"\nstate = "shadow"',
        id_="wide",
        one=f"{ONE}-exampleab",
        two=f"{TWO}-exampleab",
    )
    assert found(own(row(), shadow), f"{ONE}-exampleab") == [("example-token", ONE)]
    assert found(own(shadow), f"{ONE}-exampleab") == [("wide", f"{ONE}-exampleab")]


@pytest.mark.parametrize(
    "text",
    [
        "postgres://u:[url-password]@h.example/",
        "postgres://u:[url-password~K2.ABCDEFGHIJKLMNOPQRST]@h.example/",
        "[email~K2.ABCDEFGHIJKLMNOPQRST]@example.com",
        f"[credential~K2.{AWS}]",
    ],
)
def test_our_own_marks_are_no_secrets(text: str) -> None:
    assert ALL.confirm(text) == []


@pytest.mark.parametrize("password", ["pa[ss]word", "[ss]", "x[email]y", "[email~K2.ABCDEFGHIJKLMNOPQRST]x"])
def test_a_secret_that_merely_holds_a_mark_is_one(password: str) -> None:
    assert found(ALL, f"postgres://u:{password}@h.example/") == [("url-password", password)]


@given(
    st.lists(
        st.sampled_from([AWS, ONE, "[email]", "a@b.example", " ", "=", "%3D", "é", "Bearer ", '"', "x"]), max_size=12
    )
)
def test_what_is_marked_once_is_not_marked_again(parts: list[str]) -> None:
    text = "".join(parts)
    for _ in range(3):
        marked, done = "", 0
        for span in ALL.spans(text):
            marked += text[done : span.start] + f"[{span.rule.id}~K2.ABCDEFGHIJKLMNOPQRST]"
            done = span.end
        text = marked + text[done:]
    assert ALL.spans(text) == []


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_text_raises(text: str) -> None:
    ALL.spans(text)
    ALL.confirm(text)


EXAMPLES = {each.rule.id: each.examples[0] for name, text in rule_files().items() for each in parse_rows(name, text)}


@pytest.mark.parametrize("rule", PACKAGED, ids=lambda rule: rule.id)
def test_a_long_text_of_near_misses_takes_linear_time(rule: Rule) -> None:
    """Each round is 100 kB; a search that is not linear would not come to its end."""
    example = EXAMPLES[rule.id]
    for part in (example[: len(example) // 2], example[1:], example[0], example):
        ALL.confirm(part * (100_000 // len(part)), {rule.number})


def test_a_scan_tells_the_end_and_the_rule() -> None:
    rules = own(row())
    block = orjson.dumps({"k": ONE, "l": TWO})
    assert rules.scan(block) == [(block.index(ONE.encode()) + len(ONE), 0), (block.index(TWO.encode()) + len(TWO), 0)]
    assert rules.scan(b'{"k":"nothing"}') == []


def test_only_the_rules_asked_for_are_confirmed() -> None:
    rules = own(row())
    assert rules.confirm(ONE, set()) == []
    assert len(rules.confirm(ONE, {0})) == 1


def test_a_set_without_rules_finds_nothing() -> None:
    assert compile_rules(()).spans(AWS) == []


def test_rules_and_databases_come_back_from_the_cache_as_they_were() -> None:
    rules = rules_from_json(rules_to_json(PACKAGED))
    assert rules == PACKAGED
    cached = compile_rules(rules, dump_database(ALL))
    chance = random.Random(1)  # noqa: S311 - made-up values
    for example in chance.sample(sorted(EXAMPLES.values()), 40):
        assert cached.spans(example) == ALL.spans(example)


@pytest.mark.parametrize(
    "data", [b"", b"{}x", b"[{}]", b'[{"id":"x"}]'], ids=["empty", "not JSON", "no keys", "few keys"]
)
def test_cached_rules_of_another_version_are_refused(data: bytes) -> None:
    with pytest.raises(ConfigurationError, match="compile them anew"):
        rules_from_json(data)


def test_a_cached_database_of_another_machine_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="another CPU"):
        compile_rules(PACKAGED, (8).to_bytes(8, "big") + b"notright")


def test_choices_drop_shadow_allow_and_number_anew() -> None:
    chosen = select(
        PACKAGED,
        disabled=["github-token"],
        shadow=["jwt"],
        allow={"aws-access-key": ("AKIA.*3456",)},
        personal=False,
    )
    states = {rule.id: rule.state for rule in chosen}
    assert "github-token" not in states
    assert "email" not in states
    assert states["jwt"] == "shadow"
    assert [rule.number for rule in chosen] == list(range(len(chosen)))
    assert compile_rules(chosen).spans(AWS) == []
    assert len(compile_rules(chosen).spans(AWS.replace("3456", "3457"))) == 1


@pytest.mark.parametrize(
    ("pattern", "allowed"),
    [("^AKIAEX", True), ("EXAMPLE", True), ("3456$", True), ("^EXAMPLE", False), ("AKIA$", False), ("^AKIA$", False)],
)
def test_a_value_is_allowed_by_what_is_found_in_it(pattern: str, allowed: bool) -> None:
    chosen = select((rule for rule in PACKAGED if rule.id == "aws-access-key"), allow={"aws-access-key": (pattern,)})
    assert (compile_rules(chosen).spans(f"key {AWS} leaked") == []) is allowed


@pytest.mark.parametrize("key", ["disabled", "shadow", "allow"])
def test_an_unknown_rule_is_refused_with_the_nearest_name(key: str) -> None:
    names = ["githib-token"]
    with pytest.raises(ConfigurationError, match=rf"rules\.{key}.*github-token"):
        select(
            PACKAGED,
            disabled=names if key == "disabled" else (),
            shadow=names if key == "shadow" else (),
            allow={"githib-token": ("x",)} if key == "allow" else {},
        )


def test_an_allowlist_that_is_not_re2_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"rules\.allow\.jwt"):
        select(PACKAGED, allow={"jwt": ("(?=x)",)})


REFUSED = {
    "not TOML": (b"[[rule", "not TOML"),
    "no rules": (b"x = 1", r"\[\[rule\]\] tables"),
    "an unknown key": (row("patern = 'exm_[a-z]{9}'"), "patern: unknown key"),
    "token and pattern": (row(TOKEN + "\npattern = 'exm_[0-9a-f]{16}'"), "either token or pattern"),
    "neither": (row(""), "either token or pattern"),
    "an id with capitals": (row(id_="Example"), "id: right would be"),
    "an id that a field class writes": (row(id_="credential"), "id: right would be"),
    "an unknown alphabet": (row(TOKEN.replace("hex", "hax")), "token.alphabet: unknown"),
    "a negated alphabet": (row(TOKEN.replace("hex", "[^a]")), "token.alphabet: unknown"),
    "no length": (row(TOKEN.replace(", length = 16", "")), "token.length"),
    "a length that shrinks": (row(TOKEN.replace("16", "[16, 8]")), "token.length"),
    "a length beyond RE2": (row(TOKEN.replace("16", "1001")), "token.length"),
    "no prefix": (row(TOKEN.replace('["exm_"]', "[]")), "prefix: right would be"),
    "an unknown check": (row(TOKEN + '\ncheck = "crc"'), "check: unknown"),
    "an unknown state": (row(TOKEN + '\nstate = "off"'), "state: right would be one of active, shadow"),
    "an unknown boundary": (row(TOKEN + '\nboundary = "wide"'), "boundary: right would be one of"),
    "an entropy below nothing": (row(TOKEN + "\nentropy = -1"), "entropy: right would be"),
    "not RE2": (row("pattern = 'exm_(?=a)[0-9a-f]{16}'"), "not RE2"),
    "two groups": (row("pattern = '(exm_)([0-9a-f]{16})'"), "one group"),
    "nothing fixed": (row("pattern = '[0-9a-f]{3}'"), "fixed part"),
    "two rules of one id": (row() + row(), "is taken"),
    "an example that is not hit": (row(two="exm_nothing"), "example 2 is not hit"),
    "an example without its sum": (row(TOKEN.replace("16 }", '16, check = "crc32-base62" }')), "example 1 fails check"),
    "a counter-example that is hit": (row().replace(b'"exm_short"', f'"{ONE}"'.encode()), "counter-example 1 is hit"),
    "one example": (row().replace(f', "{TWO}"'.encode(), b""), "examples: right would be a list of at least 2"),
    "no counter-examples": (row().replace(b'"exm_short", "exm"', b""), "counter_examples: right would be"),
    "no reference": (row().replace(b'reference = "Example, Tokens"', b""), "reference: right would be"),
}


@pytest.mark.parametrize(("text", "words"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_rule_is_refused_without_showing_a_value(text: bytes, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words) as refusal:
        parse_rules("own", text)
    assert str(refusal.value).startswith("rules/own: ")
    assert not any(each in str(refusal.value) for each in (ONE, TWO, "exm_nothing", "exm_short"))


def test_a_rule_too_large_to_scan_for_is_named() -> None:
    huge = row(r"pattern = 'exm_(?:[^x]{30}y?){30}z'", one=f"exm_{'0' * 900}z", two=f"exm_{'1' * 900}z")
    with pytest.raises(ConfigurationError, match="rules/own: rule 'example-token': too large"):
        compile_rules(parse_rules("own", huge))


def test_rule_files_hold_nothing_but_rules() -> None:
    assert all(set(tomllib.loads(text.decode())) == {"rule"} for text in rule_files().values())
