"""From record to row: what each dataset shows, records in records, who refused, whose cached answer it was."""

from __future__ import annotations

import pytest

from detectors.columns import COLUMNS, MARK_LETTERS
from tests.detectors.looks import REQUEST, Record, row_of, rows_of


def test_a_request_shows_what_its_roles_say() -> None:
    row = row_of(REQUEST)
    assert row.pop("last") == 1
    marks = {name: str(row.pop(name)) for name in list(row) if COLUMNS[name].type == "marks"}
    hashes = {name: row.pop(name) for name in ("client", "cache_key", "response")}
    assert row == {
        "time": 1_772_442_840_123,
        "dataset": "http_requests",
        "scope": "shop.example",
        "account": "acc",
        "zone": "shop.example",
        "script": "shop-edge",
        "colo": "FRA",
        "side": "edge",
        "ray": "6423c368b4509521",
        "method": "GET",
        "host": "www.shop.example",
        "route": "/account/*/orders",
        "network": "203.0.113.0/24",
        "status": 200,
        "cache": "hit",
        "size": 512,
        "content_type": "text/html",
    }
    assert set(marks) == {"credentials", "sessions", "identity", "answered", "acting_for", "given"}
    assert all(len(each) == MARK_LETTERS for each in marks.values())
    assert len(set(marks.values())) == len(marks)
    assert all(isinstance(each, int) and each > 0 for each in hashes.values())


def test_the_same_token_is_the_same_at_edge_and_backend() -> None:
    backend = {
        "time": "2026-03-02T09:14:00Z",
        "service": "orders",
        "method": "GET",
        "uri": "/orders/1",
        "status": 200,
        "ray_id": "6423c368b4509521",
        "headers": {
            "Authorization": "x",
            "authorization": 'bearer "s3cretTokenOfAda"',
            "cookie": "a=1; sid=s3ssionOfAda",
        },
    }
    row, edge = row_of(backend, "backend/requests"), row_of(REQUEST)
    assert (row["credentials"], row["sessions"]) == (edge["credentials"], edge["sessions"])
    assert (row["side"], row["service"], row["zone"], row["account"]) == ("backend", "orders", "shop.example", "acc")


def test_a_subrequest_shows_where_the_script_called() -> None:
    call = {
        **REQUEST,
        "ClientRequestSource": "edgeWorkerFetch",
        "ParentRayID": "6423c368b4509521",
        "ClientRequestHost": "0x7f.1",
        "ClientRequestScheme": "http",
        "ResponseHeaders": {"location": "https://me:pw@evil.example/x?token=1"},
    }
    row = row_of(call)
    assert (row["side"], row["parent"]) == ("subrequest", "6423c368b4509521")
    assert (row["outbound"], row["redirect"]) == ("http://127.0.0.1", "https://evil.example")


def test_records_in_a_record_have_rows_before_its_own() -> None:
    inner = {**REQUEST, "ClientRequestSource": "edgeWorkerFetch", "RayID": "7000000000000001", "ParentRayID": "x"}
    rows = rows_of({**REQUEST, "Subrequests": [inner, {**inner, "RayID": "7000000000000002"}]})
    assert [(row.get("last", 0), row["ray"]) for row in rows] == [
        (0, "7000000000000001"),
        (0, "7000000000000002"),
        (1, "6423c368b4509521"),
    ]


TRACE: Record = {
    "ScriptName": "shop-edge",
    "Outcome": "exception",
    "EventType": "fetch",
    "EventTimestampMs": 1_772_442_840_123,
    "Event": {"RayID": "6423c368b4509521", "Request": {"URL": "https://h.example/u/1?x=1", "Method": "GET"}},
    "Exceptions": [{"Name": "TypeError", "Message": "m 17", "Stack": "at f (worker.js:1:2)", "TimestampMs": 1}],
    "Logs": [
        {"Level": "log", "Message": ["GET https://a.example/x?k=1 and https://a.example/y", {"u": "http://10.0.0.1"}]}
    ],
    "ScriptVersion": {"ID": "1e7519b3-08e2-441d-ae10-7c8c6d3b7e17"},
}


def test_urls_on_the_console_are_rows_of_their_own() -> None:
    *calls, own = rows_of(TRACE)
    assert sorted(str(call["outbound"]) for call in calls) == ["http://10.0.0.1", "https://a.example"]
    assert {(call["side"], call["script"], call["ray"]) for call in calls} == {("worker", "shop-edge", own["ray"])}
    assert "outbound" not in own
    assert (own["zone"], own["exception"], own["outcome"], own["route"]) == (
        "shop.example",
        "TypeError",
        "exception",
        "/u/*",
    )


def test_a_change_to_an_account_shows_who_from_where_and_how() -> None:
    change = {
        "When": "2026-03-02T09:14:00Z",
        "ActorID": "d8d7f6e5",
        "ActorIP": "198.51.100.7",
        "ActorEmail": "ada@shop.example",
        "ActionType": "token_create",
        "ID": "1",
        "Interface": "API",
        "ResourceType": "token",
        "NewValue": {},
        "OldValue": {},
    }
    row = row_of(change, account="acc")
    assert (row["network"], row["interface"], row["action"], row["resource"]) == (
        "198.51.100.7/32",
        "api",
        "token_create",
        "token",
    )
    assert (row["side"], row["account"], row["scope"], len(str(row["actor"]))) == ("audit", "acc", "acc", 32)


def test_what_staff_ask_through_the_gateway_is_outbound() -> None:
    row = row_of(
        {
            "Datetime": 1_772_442_840,
            "HTTPHost": "h.example",
            "URL": "https://u:p@h.example:81/x?y",
            "SourceIP": "1.2.3.4",
        },
        "gateway_http",
    )
    assert (row["side"], row["outbound"], row["host"]) == ("gateway", "https://@h.example:81", "h.example")


@pytest.mark.parametrize(
    ("fields", "limiter"),
    [
        ({"EdgeResponseStatus": 429, "SecuritySources": ["rateLimit"]}, "rule"),
        ({"EdgeResponseStatus": 429, "OriginResponseStatus": 429}, "origin"),
        ({"EdgeResponseStatus": 429}, "worker"),
        ({"EdgeResponseStatus": 403, "SecuritySources": ["rateLimit"]}, None),
    ],
    ids=["by a rule", "by the origin", "by the script", "not limited"],
)
def test_who_refused_is_told_of_refusals_only(fields: Record, limiter: str | None) -> None:
    assert row_of({**REQUEST, **fields}).get("limiter") == limiter


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({}, True),
        ({"CacheCacheStatus": "dynamic"}, False),
        ({"EdgeResponseContentType": "image/png"}, False),
        ({"RequestHeaders": {}, "Cookies": {}}, False),
        ({"RequestHeaders": {}, "Cookies": {}, "ClientRequestSource": "edgeWorkerFetch"}, True),
    ],
    ids=["somebody's page", "not cached", "an image", "nobody's", "a script's"],
)
def test_a_cache_key_is_made_where_an_answer_may_be_somebodys_own(fields: Record, kept: bool) -> None:
    assert ("cache_key" in row_of({**REQUEST, **fields})) == kept


def test_a_cache_key_tells_queries_apart() -> None:
    keys = {row_of({**REQUEST, "ClientRequestURI": uri})["cache_key"] for uri in ("/a?x=1", "/a?x=2", "/b?x=1")}
    assert len(keys) == 3
