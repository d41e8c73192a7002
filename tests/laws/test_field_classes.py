"""What holds for every field class, by being listed in the registry."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from redactors.base import FIELD_CLASSES, Value
from redactors.marks import Marker
from redactors.policy import PROFILES, Policy
from redactors.registry import Redactors, build
from redactors.straight import Step, compile_steps, interpret_steps
from tests.laws.stage import RING, rules, survivors

POLICIES = {
    **PROFILES,
    "everything dropped": Policy(ip="drop", geo="drop", email="drop", unknown="drop"),
    "addresses encrypted": Policy(ip="encrypt", identity="keep", email="keep"),
    "lists extended": Policy(
        query="params", cookies_keep=("lang",), headers_keep=("x-shop",), path_templates=("/r/{secret}", "/u/*/orders")
    ),
}
BUILT = {name: build(policy, RING, rules()) for name, policy in POLICIES.items()}
KEYLESS = build(Policy(), None, rules())

SPICE = [
    "[credential]", "[token]", "[made-up]", "[credential~AA.AAAAAAAAAAAAAAAAAAAA]", Marker(RING).keyed("session", "x"),
    "?token=", "#", "%3F", "%253D", "\\u003d", "https://", "//u:p@h/", ";", "=", "&amp;", "Bearer ", "password: ", '"',
    "'", "{", "}", '{"password":"', "/reset/", "AKIAQYLPMN5HHHFPZAM2", "ada@mail.example", "203.0.113.7", "2001:db8::1",
    "x7Gq2LmZ9pWv4RtY8kBn", "Cookie: a=b", "\n", "\t", "\\", "é", "\u017f", "\u212a", "\x00", "[", "]", "~", "REDACTED",
    "ip=", "203.0.113.0", "4111111111111111", "1234", "/2026/", ".mp4", ".woff2", "2026-03-02", "api_key=",
]  # fmt: skip
TEXT = (
    st.lists(st.one_of(st.sampled_from(SPICE), st.text(max_size=12)), max_size=8)
    .map("".join)
    .filter(lambda text: text.isascii() or text.encode("utf-8", "replace").decode() == text)
)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False), TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=12,
)


def scrubbed(redactors: Redactors, field_class: str, value: Value) -> Value:
    record = {"F": json.loads(json.dumps(value))}
    compile_steps([Step("F", redactors.by_class[field_class])], []).scrub(record)
    return record["F"]


def same_type(before: Value, after: Value) -> bool:
    numbers = isinstance(before, int | float) and not isinstance(before, bool)
    return after is None or type(before) is type(after) or (numbers and isinstance(after, int | float))


@pytest.mark.parametrize("field_class", FIELD_CLASSES)
@given(value=JSON, policy=st.sampled_from(list(POLICIES)))
def test_redacting_twice_changes_nothing_and_types_stay(field_class: str, policy: str, value: Value) -> None:
    once = scrubbed(BUILT[policy], field_class, value)
    assert scrubbed(BUILT[policy], field_class, once) == once
    assert same_type(value, once)


@pytest.mark.parametrize("field_class", FIELD_CLASSES)
@given(value=JSON, like=st.lists(JSON, max_size=1))
def test_the_generated_code_and_the_interpreter_do_the_same(field_class: str, value: Value, like: list[Value]) -> None:
    step = Step("F", BUILT["standard"].by_class[field_class], 0)
    compiled, interpreted = {"F": json.loads(json.dumps(value))}, {"F": json.loads(json.dumps(value))}
    counts: tuple[list[int], list[int]] = ([0], [0])
    straight = compile_steps([step], counts[0], like=like)
    assert straight.scrub(compiled) == interpret_steps([step], counts[1])(interpreted)
    straight.flush()
    assert (compiled, counts[0]) == (interpreted, counts[1])


@pytest.mark.parametrize("field_class", FIELD_CLASSES)
@given(value=JSON)
def test_without_a_key_redacting_twice_changes_nothing_either(field_class: str, value: Value) -> None:
    once = scrubbed(KEYLESS, field_class, value)
    assert scrubbed(KEYLESS, field_class, once) == once
    assert "~" not in json.dumps(once) or "~" in json.dumps(value)


def renumbered(text: str, digits: str) -> str:
    return "".join(digits[int(letter)] if letter.isascii() and letter.isdigit() else letter for letter in text)


@pytest.mark.parametrize("field_class", ["text", "path", "url", "unknown", "object", "headers", "cookies", "ip"])
@given(text=TEXT, digits=st.permutations("0123456789").map("".join))
@example(text="/reset/2026-03-02", digits="9876543210")
@example(text="/f/x7Gq2LmZ9pWv4RtY8kBn.woff2", digits="0192345678")
def test_what_was_seen_before_changes_nothing(field_class: str, text: str, digits: str) -> None:
    seasoned, fresh = build(Policy(), RING, rules()), build(Policy(), RING, rules())
    scrubbed(seasoned, field_class, text)
    other = renumbered(text, digits)
    assert scrubbed(seasoned, field_class, other) == scrubbed(fresh, field_class, other)


UUIDS = st.text("0123456789abcdef", min_size=32, max_size=32).map(
    lambda text: "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
)


@given(before=TEXT, after=TEXT, one=UUIDS, other=UUIDS)
@example("token '", "'", "abcdefab-abcd-1234-abcd-abcdefabcdef", "1e7519b3-08e2-441d-ae10-7c8c6d3b7e17")
@example("token-", " : hunter22x", "1e7519b3-08e2-441d-ae10-7c8c6d3b7e17", "12345678-1234-1234-1234-123456789012")
@example("cart ", "", "1e7519b3-08e2-441d-ae10-7c8c6d3b7e17", "80508003-7317-8834-2533-795164978758")
def test_a_uuid_that_was_seen_before_changes_nothing_for_another(before: str, after: str, one: str, other: str) -> None:
    seasoned, fresh = build(Policy(), RING, rules()), build(Policy(), RING, rules())
    scrubbed(seasoned, "text", f"{before}{one}{after}")
    text = f"{before}{other}{after}"
    assert scrubbed(seasoned, "text", text) == scrubbed(fresh, "text", text)


@pytest.mark.parametrize(
    "text",
    [
        '{"k": "hi\\nada@mail.example"}',
        '{"k": "\\u00e9ada@mail.example", "password": "a"}',
        'x {"k":"sid=","b":"c"} y',
        '{"html":"<img src=\\"data:image/png;base64,AAAA\\">","password":"x"}',
        '{"n":123456789012345678901,"password":"x1"}',
    ],
)
def test_json_in_text_stays_json(text: str) -> None:
    safe = scrubbed(BUILT["standard"], "text", text)
    before, after = (json.loads(each[each.index("{") : each.rindex("}") + 1]) for each in (text, safe))
    assert before.keys() == after.keys()
    assert scrubbed(BUILT["standard"], "text", safe) == safe


SENSITIVE = {
    "url": "https://h.example/p?x={}",
    "query": "?x={}",
    "path": "/reset/{}",
    "headers": "X-Shop: {}",
    "cookies": "sid={}",
    "credential": "{}",
    "identity": "{}",
    "email": "{}@mail.example",
    "ip": "{}",
    "ip.infrastructure": "{}",
    "ip.actor": "{}",
    "text": "token={}",
    "text.user_agent": "x (token={})",
    "body": "{}",
    "object": "token={}",
    "unknown": "token={}",
}


@pytest.mark.parametrize("field_class", SENSITIVE)
@given(
    secret=st.from_regex(r"[A-Za-z0-9]{10}4x[A-Za-z0-9]{10}", fullmatch=True),
    policy=st.sampled_from([name for name in POLICIES if name != "addresses encrypted"]),
)
def test_a_canary_in_a_sensitive_place_never_stays(field_class: str, policy: str, secret: str) -> None:
    after = scrubbed(BUILT[policy], field_class, SENSITIVE[field_class].replace("{}", secret))
    assert not survivors(secret, json.dumps(after).encode())


PIECES = [*SPICE, "a", "aB3", "%25", "/", "a=", "[x]", "é="]


@pytest.mark.parametrize("field_class", FIELD_CLASSES)
def test_work_grows_with_the_length_and_not_faster(field_class: str) -> None:
    redactors = BUILT["standard"]
    slow = []
    for piece in PIECES:
        start = time.process_time()
        scrubbed(redactors, field_class, (piece * (20_000 // len(piece)))[:20_000])
        if time.process_time() - start > 0.4:
            slow.append(piece)
    assert slow == [], "20 kB made of this took more than 200 ms per 10 kB"


def test_every_class_has_a_redactor_and_every_redactor_a_class() -> None:
    assert set(KEYLESS.by_class) == set(FIELD_CLASSES)
