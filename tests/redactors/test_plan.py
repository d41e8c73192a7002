"""Plans: a scrubber for each list of field names; beyond the most that are kept, interpreted with the same result."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from redactors.base import ConfigurationError, Tally
from redactors.plan import MAX_PLANS, Plans, Said, UnrecognisedError
from redactors.policy import Policy
from redactors.registry import build
from tests.laws.stage import RING, catalogue, engine, lines, rules, run
from tests.redactors.scrubbing import SHORT, STRICT, TOKEN, mark

BASE = {"RayID": "7a1f7ad4df2f870a", "EdgeResponseStatus": 200, "ClientRequestHost": "h"}
MARK = mark("credential", SHORT)


def plans(policy: Policy | None = None, forced: str | None = None) -> Plans:
    """Return new plans."""
    made = build(policy or Policy(), RING, rules())
    return Plans(policy or Policy(), made, catalogue(), Said(catalogue()[forced] if forced else None))


def test_more_field_lists_than_plans_are_kept_for_give_the_same_result() -> None:
    records = [
        {**BASE, "ClientRequestURI": f"/p?token={SHORT}", f"X{number}": f"token={SHORT}", "ClientIP": "203.0.113.77"}
        for number in range(MAX_PLANS + 20)
    ]
    result = run(lines(*map(dict, records)))
    assert result.records == [
        {**BASE, "ClientRequestURI": "/p", f"X{number}": f"token={MARK}", "ClientIP": "203.0.113.0"}
        for number in range(MAX_PLANS + 20)
    ]
    assert result.tally.interpreted == 20
    assert result.tally.records["http_requests", "redacted"] == MAX_PLANS + 20
    assert result.tally.redactions["http_requests", "url"] == MAX_PLANS + 20


def test_a_field_list_met_again_is_not_interpreted() -> None:
    result = run(lines({**BASE, "a": 1}, {**BASE, "b": 1}, {**BASE, "a": 1}) * MAX_PLANS)
    assert result.tally.interpreted == 0


def test_names_that_fit_no_dataset_are_refused() -> None:
    with pytest.raises(UnrecognisedError):
        plans().find(("a", "b"))


def test_a_forced_dataset_takes_any_names() -> None:
    scrubber = plans(forced="http_requests").find(("a", "b", "RayID"))
    assert (scrubber.dataset, scrubber.unknown) == ("http_requests", 2)


def test_unknown_fields_are_scrubbed_and_counted_or_dropped() -> None:
    raw = lines({**BASE, "Extra": f"token={SHORT}", "SessionToken": SHORT, "n": 7, "password": {"a": SHORT}})
    result = run(raw)
    assert result.records == [
        {**BASE, "Extra": f"token={MARK}", "SessionToken": mark("session", SHORT), "n": 7, "password": {"a": MARK}}
    ]
    assert result.tally.unknown_fields["http_requests"] == 4
    dropped = run(raw, by=engine(STRICT))
    assert dropped.records == [BASE]
    assert dropped.tally.unknown_fields["http_requests"] == 4


def test_an_unknown_name_that_is_a_secret_is_marked() -> None:
    assert run(lines({**BASE, TOKEN: 1})).records == [{**BASE, "[token]": 1}]


def test_names_are_known_in_any_case() -> None:
    assert run(lines({**BASE, "clientip": "203.0.113.77"})).records == [{**BASE, "clientip": "203.0.113.0"}]


def test_the_users_own_classes_override_the_datasets() -> None:
    policy = Policy(field_classes={"http_requests": {"ClientIP": "safe", "Extra": "body", "WAFMatchedVar": "identity"}})
    record = {**BASE, "ClientIP": "203.0.113.77", "Extra": "hello", "WAFMatchedVar": "ada"}
    result = run(lines(record), by=engine(policy))
    assert result.records == [{**record, "Extra": "[body]", "WAFMatchedVar": mark("identity", "ada")}]
    assert result.tally.unknown_fields["http_requests"] == 0


def test_a_class_that_does_not_exist_is_refused_with_those_that_do() -> None:
    made = plans(Policy(field_classes={"http_requests": {"RayID": "made-up"}}))
    with pytest.raises(ConfigurationError, match=r"http_requests.fields.RayID.*right would be one of url"):
        made.find(tuple(BASE))


def test_a_policy_for_a_dataset_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="http_request"):
        engine(Policy(field_classes={"http_request": {"RayID": "safe"}}))


def test_nested_records_are_scrubbed_as_their_dataset() -> None:
    child = {"RayID": "7a1f7ad4df2f870b", "ClientIP": "203.0.113.77", "ClientRequestURI": "/p?x=1", "Subrequests": []}
    parent = {**BASE, "Subrequests": [child, {**child, "Subrequests": [child]}]}
    safe = {**child, "ClientIP": "203.0.113.0", "ClientRequestURI": "/p"}
    assert run(lines(parent)).records == [{**BASE, "Subrequests": [safe, {**safe, "Subrequests": [safe]}]}]


@pytest.mark.parametrize(("value", "safe"), [(f"token={SHORT}", f"token={MARK}"), (7, None), (None, None), ([7], [7])])
def test_what_is_no_record_where_records_are_nested_hides_nothing(value: object, safe: object) -> None:
    assert run(lines({**BASE, "Subrequests": value})).records == [{**BASE, "Subrequests": safe}]


def test_changes_are_counted_by_family_once() -> None:
    made, tally = plans(), Tally()
    made.scrub({**BASE, "ClientRequestURI": "/p?x=1", "ClientRequestReferer": "/q?x=1", "Cookies": {"a": "1"}})
    made.collect(tally)
    made.collect(tally)
    assert +tally.redactions == {("http_requests", "url"): 2, ("http_requests", "cookies"): 1}


KNOWN = "AKIAQYLPMN5HHHFPZAM2"


def marks_of(*records: Mapping[str, object]) -> list[str]:
    """Scrub requests under keys by zone; return the mark that ends each line's last string."""
    result = run(lines(*map(dict, records)), "http_requests", by=engine(Policy(scope="zone")))
    return [json.dumps(record).rpartition("[")[2].partition("]")[0] for record in result.records]


def test_the_last_look_marks_each_line_for_its_own_tenant() -> None:
    base = {"RayID": "7a1f7ad4df2f870a", "EdgeResponseContentType": KNOWN}
    first, second, without, again = marks_of(
        {"ZoneName": "a.example"} | base, {"ZoneName": "b.example"} | base, base, {"ZoneName": "a.example"} | base
    )
    assert first == again != second
    assert without == "aws-access-key"


def test_a_record_inside_another_does_not_change_the_tenant_of_the_rest() -> None:
    nested = {"RayID": "8a1f7ad4df2f870a", "ZoneName": "b.example"}
    secret = {"x-api-key": "hunter22x"}
    with_nested, plain = marks_of(
        {"ZoneName": "a.example", "Subrequests": [nested], "RequestHeaders": dict(secret)},
        {"ZoneName": "a.example", "RequestHeaders": dict(secret)},
    )
    assert with_nested == plain
