"""The generator makes what benchmarks claim to run on."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import pytest

from pipeline.simulator.agents import user_agents
from redactors.datasets import load_catalogue
from tests.bench.generate import generate_http_requests, generate_trace_events

CATALOGUE = load_catalogue()


def test_requests_are_of_the_size_and_width_that_is_claimed() -> None:
    lines = list(generate_http_requests(500, 1))
    records = [orjson.loads(line) for line in lines]
    assert 2_800 < sum(map(len, lines)) / len(lines) < 3_500
    assert all(92 <= len(record) <= 100 for record in records)
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in lines)
    assert all(6 <= len(record[side]) <= 10 for record in records for side in ("RequestHeaders", "ResponseHeaders"))


@pytest.mark.parametrize(
    ("lines", "name"),
    [(generate_http_requests(50, 1, dirty=0), "http_requests"), (generate_trace_events(50, 1), "workers_trace_events")],
    ids=["requests", "trace events"],
)
def test_generated_lines_are_recognised_and_hold_known_fields_only(lines: Iterator[bytes], name: str) -> None:
    for line in lines:
        record = orjson.loads(line)
        assert CATALOGUE.recognise(record) is CATALOGUE[name]
        assert record.keys() <= CATALOGUE[name].fields.keys()


@pytest.mark.parametrize(("field", "known"), [("ClientIP", 3_000), ("ClientRequestPath", 2_000)])
def test_addresses_and_paths_hardly_repeat_unless_visitors_return(field: str, known: int) -> None:
    fresh = {orjson.loads(line)[field] for line in generate_http_requests(2_000, 1, dirty=0)}
    returning = {orjson.loads(line)[field] for line in generate_http_requests(20_000, 1, dirty=0, returning=True)}
    assert len(fresh) > 1_950
    assert known - 50 < len(returning) <= known


def test_tokens_and_cookies_hardly_repeat() -> None:
    records = [orjson.loads(line) for line in generate_http_requests(2_000, 1)]
    for side, name in (("RequestHeaders", "authorization"), ("RequestHeaders", "cookie"), ("Cookies", "session")):
        assert len({record[side][name] for record in records}) == len(records)


@pytest.mark.parametrize(("dirty", "least", "most"), [(0.0, 0, 0), (0.01, 10, 50), (1.0, 2_000, 2_000)])
def test_every_planted_secret_is_told_and_stands_in_a_line(dirty: float, least: int, most: int) -> None:
    planted: list[str] = []
    text = b"".join(generate_http_requests(2_000, 7, dirty=dirty, planted=planted)).decode()
    assert least <= len(planted) <= most
    assert all(secret in text for secret in planted)


def test_the_same_seed_makes_the_same_lines_and_another_seed_others() -> None:
    assert list(generate_http_requests(20, 3)) == list(generate_http_requests(20, 3))
    assert list(generate_http_requests(20, 3)) != list(generate_http_requests(20, 4))
    assert list(generate_trace_events(20, 3)) == list(generate_trace_events(20, 3))


def test_trace_events_are_of_the_size_and_kind_that_is_claimed() -> None:
    lines = list(generate_trace_events(500, 1))
    records = [orjson.loads(line) for line in lines]
    assert 800 < sum(map(len, lines)) / len(lines) < 1_200
    assert {len(record["Logs"]) for record in records} == {2, 3}
    assert any(record["Exceptions"] for record in records)
    assert any("?" in record["Event"]["Request"]["URL"] for record in records)


def test_user_agents_come_from_a_pool_of_about_300() -> None:
    assert 280 <= len(set(user_agents())) <= 320
