"""Open findings as alerts: sent until they close, known over restarts; on a real Alertmanager where there is one."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from time import time
from typing import Any

import orjson
import pytest
from aiohttp import ClientSession, web

from detectors.base import Finding, Severity, Status, Tier, Trace, Verdict
from detectors.findings import to_json
from pipeline.delivering import Delivery, Refused, Unavailable
from pipeline.posting import Poster
from pipeline.sinks.alertmanager import ALERTS, AlertSink
from redactors.base import ConfigurationError
from tests.pipeline.delivering.services import Service, served

NOW = 1_773_536_400


def finding(
    status: Status = Status.OPEN, pane: int = 0, key: str = "shop", *, late: bool = False, tier: Tier = Tier.PROOF
) -> bytes:
    """Make a finding as it is delivered."""
    verdict = Verdict(
        rule="shared",
        key=(key,),
        tier=tier,
        severity=Severity.INFO if tier is Tier.ATTEMPT else Severity.CRITICAL,
        subject="shop-edge",
        summary="Two users got one answer.\nWhoever asks next may get it too.",
        first_seen=NOW * 1000,
        last_seen=NOW * 1000,
        zone="shop.example",
        count=7,
        evidence=(Trace("o", 1, "8a1b2c3d4e5f6071"),),
        next=("purge the cache",),
    )
    return to_json(Finding(f"{key}-{pane}", status, NOW, "cross_user", pane, verdict, late))


def of(*findings: bytes) -> list[Delivery]:
    """Make deliveries of findings."""
    return [Delivery("1", "judge", "findings", "", b"".join(findings), len(findings), NOW, NOW, "p")]


class Alertmanager(Service):
    """POST /api/v2/alerts: labels that are not empty, times; 400 for anything else."""

    def take(self, request: web.Request, body: bytes) -> web.Response:
        """Take alerts."""
        alerts = orjson.loads(body)
        right = request.path == "/api/v2/alerts" and request.content_type == "application/json"
        if not right or not all(each["labels"].get("alertname") and all(each["labels"].values()) for each in alerts):
            return web.Response(status=400)
        self.taken.append(alerts)
        return web.Response(status=200)


def _sink(url: str, folder: Path) -> AlertSink:
    sink = AlertSink(Poster(url + ALERTS, {}), folder / "alerts.json", lambda: NOW)
    sink.load()
    return sink


def _run(folder: Path, *calls: list[Delivery], service: Alertmanager | None = None) -> list[list[dict[str, Any]]]:
    held = service or Alertmanager()

    async def run() -> None:
        async with served(held):
            for call in calls:
                sink = _sink(held.url, folder)  # each call is a program started anew
                try:
                    await sink.write(call)
                finally:
                    await sink.close()

    asyncio.run(run())
    return held.taken


def test_an_open_finding_is_an_alert_that_says_what_to_do(tmp_path: Path) -> None:
    ((alert,),) = _run(tmp_path, of(finding()))
    assert alert == {
        "labels": {
            "alertname": "EdgesieveCrossUser",
            "detector": "cross_user",
            "group": alert["labels"]["group"],
            "rule": "shared",
            "severity": "critical",
            "tier": "proof",
            "zone": "shop.example",
        },
        "annotations": {
            "summary": "Two users got one answer.",
            "description": "Whoever asks next may get it too.\nNext: purge the cache",
            "subject": "shop-edge",
            "count": "7",
            "affected": "0",
            "rays": "8a1b2c3d4e5f6071",
            "finding": "shop-0",
            "runbook_url": "docs/detectors/cross_user.md",
        },
        "startsAt": "2026-03-15T01:00:00.000Z",
        "endsAt": "2026-03-15T01:05:00.000Z",
    }


def test_panes_of_one_group_are_one_alert_which_ends_with_the_last(tmp_path: Path) -> None:
    taken = _run(
        tmp_path,
        of(finding(), finding(pane=300), finding(key="other")),
        of(finding(Status.CLOSED)),
        of(finding(Status.CLOSED, pane=300)),
    )
    groups = [[each["labels"]["group"] for each in alerts] for alerts in taken]
    assert [len(each) for each in groups] == [2, 1, 1]
    assert len({group for each in groups for group in each}) == 2
    ends = [alerts[0]["endsAt"][14:19] for alerts in taken]
    assert ends == ["05:00", "05:00", "00:00"], "the alert lives on until its last pane is closed, over restarts"


def test_late_findings_and_attempts_make_no_alert(tmp_path: Path) -> None:
    assert _run(tmp_path, of(finding(late=True), finding(tier=Tier.ATTEMPT))) == []


def test_all_that_is_open_is_sent_again_after_a_restart(tmp_path: Path) -> None:
    service = Alertmanager()

    async def run() -> None:
        async with served(service):
            first = _sink(service.url, tmp_path)
            await first.write(of(finding(), finding(key="other")))
            await first.close()
            again = _sink(service.url, tmp_path)
            await asyncio.wait([asyncio.create_task(again.resend())], timeout=1)
            await again.close()

    asyncio.run(run())
    labels = [{each["labels"]["group"] for each in alerts} for alerts in service.taken]
    assert labels[0] == labels[1]
    assert len(labels[0]) == 2


@pytest.mark.parametrize(("status", "error"), [(400, Refused), (503, Unavailable), (401, Unavailable)])
def test_what_alertmanager_does_not_take_is_told_and_stays_known(
    tmp_path: Path, status: int, error: type[Exception]
) -> None:
    service = Alertmanager(troubles=[web.Response(status=status)])
    with pytest.raises(error, match=f"it answered {status}"):
        _run(tmp_path, of(finding()), service=service)
    assert _run(tmp_path, of(finding(pane=300)), service=service)[0][0]["labels"]["alertname"] == "EdgesieveCrossUser"


def test_state_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    for text in (b"hunter2", b"[]", b'{"version":9}'):
        (tmp_path / "alerts.json").write_bytes(text)
        with pytest.raises(ConfigurationError, match="unreadable state"):
            _sink("http://127.0.0.1:9", tmp_path)


@pytest.fixture
def real(tmp_path: Path) -> Iterator[str]:
    """Return the URL of a real Alertmanager."""
    program = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    if program is None:
        pytest.skip("needs Alertmanager: apt-get install prometheus-alertmanager")
    (tmp_path / "am.yml").write_text("route: {receiver: none}\nreceivers: [{name: none}]\n")
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    options = [f"--config.file={tmp_path}/am.yml", f"--storage.path={tmp_path}/am", "--cluster.listen-address="]
    process = subprocess.Popen([program, *options, f"--web.listen-address=127.0.0.1:{port}"], stderr=subprocess.DEVNULL)
    try:
        while process.poll() is None:
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def test_a_real_alertmanager_shows_what_is_open_and_no_more(real: str, tmp_path: Path) -> None:
    async def active(sink: AlertSink, *findings: bytes) -> list[str]:
        await sink.write(of(*findings))
        async with ClientSession() as session, session.get(f"{real}{ALERTS}?active=true") as answer:
            return sorted(each["annotations"]["finding"] for each in await answer.json())

    async def run() -> None:
        sink = AlertSink(Poster(real + ALERTS, {}), tmp_path / "alerts.json", time)
        assert await active(sink, finding(), finding(key="other")) == ["other-0", "shop-0"]
        assert await active(sink, finding(Status.CLOSED)) == ["other-0"]
        await sink.close()

    asyncio.run(run())
