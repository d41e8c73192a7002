"""Services that take logs: all arrives once, in their limits; what is final is told, what is not is tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import time
from typing import Any

import orjson
import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config_model import Document
from pipeline.delivering import Delivery, Refused, Sink, Unavailable
from pipeline.ends import Around, findings_sink_of, sink_of
from redactors.base import ConfigurationError
from tests.pipeline.delivering.services import Datadog, Loki, Service, served

NOW = int(time())
TIMES = {"http_requests": "EdgeStartTimestamp"}


def delivery(*records: bytes, name: str = "1", dataset: str = "http_requests", zone: str = "shop.example") -> Delivery:
    """Make a delivery of some records."""
    body = b"".join(each + b"\n" for each in records)
    return Delivery(name, "s3://raw/x#1", dataset, zone, body, len(records), NOW, NOW, "d1gest")


def records(count: int, size: int = 0) -> list[bytes]:
    """Make records of about a size."""
    return [b'{"n":%d,"EdgeStartTimestamp":%d,"x":"%s"}' % (at, NOW, b"x" * size) for at in range(count)]


async def write(
    service: Service,
    said: Mapping[str, Any],
    *calls: Sequence[Delivery],
    folder: Path = Path(),
    section: str = "sink",
) -> list[Exception | None]:
    """Bring deliveries to a service, call by call; return how each ended."""
    ends: list[Exception | None] = []
    async with served(service):
        path = said.get("url", "")
        document = Document.model_validate({section: [{**said, "url": service.url + path}]})
        (table,) = getattr(document, section)
        make = sink_of if section == "sink" else findings_sink_of
        sink: Sink = make(table.model_dump(), Around(folder, folder, TIMES))
        for call in calls:
            try:
                await sink.write(call)
                ends.append(None)
            except (Refused, Unavailable) as error:
                ends.append(error)
        await sink.close()
    return ends


DATADOG = {"kind": "datadog", "api_key": "env:DD_API_KEY", "url": "/api/v2/logs"}
LOKI = {"kind": "loki", "auth": ["header:X-Scope-OrgID=env:TENANT"]}
HTTP = {"kind": "http", "url": "/in?a=b", "auth": ["bearer:file:token"]}


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DD_API_KEY", "k3y")
    monkeypatch.setenv("TENANT", "shop")
    (tmp_path / "token").write_text("t0ken\n")


def test_datadog_takes_all_within_its_limits() -> None:
    small, big = records(2500), records(12, 900_000)
    service = Datadog()
    assert asyncio.run(write(service, DATADOG, [delivery(*small), delivery(*big, name="2")])) == [None]
    assert [len(logs) for _, logs in service.taken] == [1000, 1000, 500, 5, 5, 2]
    assert [each for _, logs in service.taken for each in logs] == [orjson.loads(each) for each in small + big]
    query = {"ddsource": "cloudflare", "ddtags": "dataset:http_requests,zone:shop.example"}
    assert [said for said, _ in service.taken] == [query] * 6


def test_a_record_too_long_for_datadog_is_told_and_the_others_arrive() -> None:
    service = Datadog()
    (end,) = asyncio.run(write(service, DATADOG, [delivery(*records(2), *records(1, 1_000_001)), delivery(name="2")]))
    assert isinstance(end, Refused)
    assert (end.which, end.reason[:38]) == (("1",), "records longer than the 999,000 bytes ")
    assert len(service.taken[0][1]) == 2


def test_loki_takes_each_line_at_its_own_time_under_labels_that_are_none_of_a_record() -> None:
    service = Loki()
    nanoseconds = NOW * 10**9 + 123_456_789
    lines = (b'{"EdgeStartTimestamp":%d}' % nanoseconds, b'{"EdgeStartTimestamp":"2099-01-01T00:00:00Z"}', b"{}")
    assert asyncio.run(
        write(service, LOKI, [delivery(*lines), delivery(b"{}", name="2", dataset="mine", zone="")])
    ) == [None]
    labels = {"job": "edgesieve", "dataset": "http_requests", "zone": "shop.example"}
    assert service.taken == [
        (labels, nanoseconds, lines[0].decode()),
        (labels, 4_070_908_800 * 10**9, lines[1].decode()),
        (labels, NOW * 10**9, "{}"),
        ({"job": "edgesieve", "dataset": "mine"}, NOW * 10**9, "{}"),
    ]
    assert {each.headers["X-Scope-OrgID"] for each in service.requests} == {"shop"}


def test_what_is_too_old_for_loki_is_told_in_our_words_and_sent_once() -> None:
    service = Loki()
    old = delivery(b'{"EdgeStartTimestamp":1000,"x":"c4n4ry"}', *records(1))
    first, second = asyncio.run(write(service, LOKI, [old, delivery(*records(1), name="2")], [delivery(name="2")]))
    assert isinstance(first, Refused)
    assert first.which == ("1",)
    assert first.reason.startswith("it answered 400: records older than it takes (reject_old_samples_max_age)")
    assert "c4n4ry" not in str(first)
    assert second is None
    assert len(service.taken) == 2


def test_any_service_gets_ndjson_with_what_tells_repeats_and_who_we_are(tmp_path: Path) -> None:
    service = Service()
    sent = records(3)
    assert asyncio.run(write(service, HTTP, [delivery(*sent)], folder=tmp_path)) == [None]
    assert service.taken == [("application/x-ndjson", b"\n".join(sent) + b"\n")]
    (request,) = service.requests
    assert (request.headers["Authorization"], request.headers["Idempotency-Key"]) == ("Bearer t0ken", "1-0")
    assert dict(request.query) == {"a": "b", "dataset": "http_requests", "zone": "shop.example", "policy": "d1gest"}


TRANSIENT = {
    "busy": (429, {"Retry-After": "7"}, 7, "it answered 429"),
    "unavailable": (503, {}, 0, "it answered 503"),
    "broken": (500, {}, 0, "it answered 500"),
    "a key that it does not know": (403, {}, 0, "it answered 403; right would be credentials that may do this"),
    "no such place": (404, {}, 0, "it answered 404; right would be the URL where it takes logs"),
    "elsewhere": (302, {"Location": "http://127.0.0.1:9/"}, 0, "it answered 302"),
    "a wait for ever": (503, {"Retry-After": "99999999"}, 3600, "it answered 503"),
}


@pytest.mark.parametrize(("status", "headers", "after", "said"), TRANSIENT.values(), ids=TRANSIENT)
def test_what_may_work_later_is_no_loss(status: int, headers: dict[str, str], after: float, said: str) -> None:
    service = Datadog(troubles=[web.Response(status=status, headers=headers, text="c4n4ry")])
    call = [delivery(*records(1))]
    first, second = asyncio.run(write(service, DATADOG, call, call))
    assert isinstance(first, Unavailable)
    assert (first.reason, first.after) == (said, after)
    assert (second, len(service.taken)) == (None, 1)


@pytest.mark.parametrize("status", [400, 413])
def test_what_will_never_be_taken_is_refused_and_the_others_arrive(status: int) -> None:
    service = Datadog(troubles=[web.Response(status=status, text="c4n4ry")])
    both = [delivery(*records(1)), delivery(*records(2), name="2")]
    first, second = asyncio.run(write(service, DATADOG, both, both[1:]))
    assert isinstance(first, Refused)
    assert (first.which, first.reason) == (("1",), f"it answered {status}")
    assert second is None
    assert [len(logs) for _, logs in service.taken] == [2], "what had arrived is not sent again"


def test_a_call_that_is_repeated_goes_on_where_it_broke_off() -> None:
    class Flaky(Datadog):
        """Fails each second time."""

        def take(self, request: web.Request, body: bytes) -> web.Response:
            """Take, and fail the next."""
            self.troubles.append(web.Response(status=503))
            return Datadog.take(self, request, body)

    service, sent = Flaky(), records(4500)
    call = [delivery(*sent[:2500]), delivery(*sent[2500:], name="2")]
    *failed, last = asyncio.run(write(service, DATADOG, *[call] * 5))
    assert (all(isinstance(each, Unavailable) for each in failed), last) == (True, None)
    assert [each for _, logs in service.taken for each in logs] == [orjson.loads(each) for each in sent]


@settings(max_examples=40)
@given(
    st.lists(st.integers(1, 2500), min_size=1, max_size=4),
    st.lists(st.sampled_from([202, 202, 400, 429, 500, 503]), max_size=12),
)
def test_whatever_fails_each_record_arrives_once_or_its_delivery_is_refused(
    sizes: list[int], troubles: list[int]
) -> None:
    deliveries = [delivery(*records(size), name=f"{at}") for at, size in enumerate(sizes)]
    service = Scripted(script=[*troubles])
    refused: set[str] = set()

    async def run() -> None:
        async with served(service):
            said = {**DATADOG, "url": service.url + "/api/v2/logs"}
            sink, left = sink_of(said, Around(Path(), Path(), TIMES)), deliveries
            while left:  # as a lane drains the spool
                try:
                    await sink.write(left)
                    left = []
                except Refused as error:
                    refused.update(error.which)
                    left = [each for each in left if each.id not in error.which]
                except Unavailable:
                    pass
            await sink.close()

    asyncio.run(run())
    expected = sum(size for at, size in enumerate(sizes) if f"{at}" not in refused)
    lost = 1000 * troubles.count(400)
    assert expected <= sum(len(logs) for _, logs in service.taken) <= sum(sizes)
    assert sum(sizes) - sum(len(logs) for _, logs in service.taken) <= lost
    assert len(refused) <= troubles.count(400)


class Scripted(Datadog):
    """Answers as a script says; what it does not refuse it takes."""

    def __init__(self, script: list[int]) -> None:
        """Keep the script."""
        super().__init__()
        self.script = script

    def take(self, request: web.Request, body: bytes) -> web.Response:
        """Take, or answer as is said."""
        status = self.script.pop(0) if self.script else 202
        return Datadog.take(self, request, body) if status == 202 else web.Response(status=status)


def test_a_service_that_is_not_there_is_unavailable() -> None:
    async def run() -> None:
        said = {"kind": "http", "url": "http://127.0.0.1:9/", "auth": []}
        sink = sink_of(said, Around(Path(), Path(), {}))
        with pytest.raises(Unavailable, match=r"no connection \(ClientConnectorError\)"):
            await sink.write([delivery(*records(1))])
        await sink.close()

    asyncio.run(run())


MISSING = {
    "a variable": (
        {"kind": "datadog", "url": "http://x/", "api_key": "env:NOT_SET"},
        "NOT_SET not set; right would be",
    ),
    "a file": ({"kind": "http", "url": "http://x/", "auth": ["basic:me:file:gone"]}, "gone: No such file or directory"),
    "an empty file": ({"kind": "http", "url": "http://x/", "auth": ["header:X=file:empty"]}, "empty: empty, or over"),
}


@pytest.mark.parametrize(("said", "message"), MISSING.values(), ids=MISSING)
def test_a_secret_that_is_not_there_is_told_at_the_start(said: dict[str, Any], message: str, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(ConfigurationError, match=message):
        sink_of(said, Around(tmp_path, tmp_path, {}))


def test_findings_go_to_a_webhook_as_an_array(tmp_path: Path) -> None:
    service = Service()
    said = {"kind": "webhook", "auth": ["basic:me:file:token"]}
    call = [delivery(*records(150), dataset="findings")]
    assert asyncio.run(write(service, said, call, folder=tmp_path, section="findings")) == [None]
    assert [(kind, len(orjson.loads(body))) for kind, body in service.taken] == [
        ("application/json", 100),
        ("application/json", 50),
    ]
    assert service.requests[0].headers["Authorization"] == "Basic bWU6dDBrZW4="
