"""The ends of a live run are what the configuration says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.config_check import Checked, check
from pipeline.config_model import Document
from pipeline.ends import Around, findings_sink_of, objects_source, sink_of
from pipeline.service_sink import ServiceSink
from pipeline.sinks.alertmanager import AlertSink
from pipeline.sinks.kafka import KafkaSink
from pipeline.sinks.objects_named import ObjectsSink
from pipeline.stores import Address, Store

SOURCE = {
    "kind": "objects",
    "uri": "s3://raw-logs/http_requests/",
    "endpoint": "https://account.r2.example",
    "dataset": "http_requests",
    "zone": "shop.example",
    "sample_rate": 0.1,
    "columns": ["a"],
    "rename": {"a": "RayID"},
    "redacted": True,
    "since": "2026-11-01",
    "notify": "r2:account/queue",
    "credentials": "env:ID_VAR,SECRET_VAR",
}


def test_a_source_of_objects_is_what_its_table_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "t0ken")
    (said,) = Document.model_validate({"source": [SOURCE]}).source
    source = objects_source(said.model_dump(), tmp_path, 9, print)
    assert (source.address, source.since, source.body_bytes) == (Address("raw-logs", "http_requests/"), "2026-11-01", 9)
    assert source.said.store == Store("https://account.r2.example", "env:ID_VAR,SECRET_VAR")
    batch = source.said.batch([], "o", None, "p")
    assert (batch.dataset, batch.zone, batch.columns) == ("http_requests", "shop.example", ("a",))
    assert (batch.rename, batch.redacted, batch.weight) == ({"a": "RayID"}, True, 10)
    assert source.queue is not None
    source.cursor.close()


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "no bucket": ({"uri": "raw-logs/"}, "no address of objects; right would be s3://BUCKET/"),
    "keys in the file": ({"credentials": "AKIA:hunter2"}, "not a way to get keys; right would be "),
    "no URL": ({"endpoint": "account.r2.example"}, "no URL; right would begin with https://"),
    "a user in a URL": ({"endpoint": "https://hunter2@r2.example"}, "no URL; right would begin with https://"),
    "no queue": ({"notify": "kafka:x"}, 'not a queue; right would be "sqs:URL" or "r2:ACCOUNT/QUEUE"'),
    "no day": ({"since": "yesterday"}, "not a date; right would be one as in 2026-04-15"),
}


@pytest.mark.parametrize(("wrong", "message"), FAULTS.values(), ids=FAULTS)
def test_a_wrong_key_of_an_objects_source_is_told_without_its_value(wrong: dict[str, Any], message: str) -> None:
    told = check({"source": [{**SOURCE, "rename": {}, "columns": [], **wrong}]})
    assert not isinstance(told, Checked)
    assert [(fault.path, fault.message.startswith(message)) for fault in told] == [(("source", 0, *wrong), True)]
    assert "hunter2" not in told[0].message


TABLES: dict[str, dict[str, Any]] = {
    "objects": {"uri": "s3://clean/"},
    "http": {"url": "http://x/"},
    "loki": {"url": "http://x/"},
    "datadog": {"api_key": "env:HOME"},
    "kafka": {"brokers": ["x:9092"], "topic": "t"},
}
FINDINGS: dict[str, dict[str, Any]] = {
    "webhook": {"url": "http://x/"},
    "alertmanager": {"url": "http://x/"},
    "kafka": {"brokers": ["x:9092"], "topic": "t"},
}


MADE = {
    "objects": ObjectsSink,
    "http": ServiceSink,
    "loki": ServiceSink,
    "datadog": ServiceSink,
    "kafka": KafkaSink,
    "webhook": ServiceSink,
    "alertmanager": AlertSink,
}


@pytest.mark.parametrize("kind", TABLES)
def test_every_kind_of_sink_can_be_made(kind: str, tmp_path: Path) -> None:
    (said,) = Document.model_validate({"sink": [{"kind": kind, **TABLES[kind]}]}).sink
    assert isinstance(sink_of(said.model_dump(), Around(tmp_path, tmp_path, {})), MADE[kind])


@pytest.mark.parametrize("kind", FINDINGS)
def test_every_kind_of_place_for_findings_can_be_made(kind: str, tmp_path: Path) -> None:
    (said,) = Document.model_validate({"findings": [{"kind": kind, **FINDINGS[kind]}]}).findings
    assert isinstance(findings_sink_of(said.model_dump(), Around(tmp_path, tmp_path, {})), MADE[kind])


def test_no_kind_is_left_out() -> None:
    definitions = Document.model_json_schema()["$defs"]
    kinds = {
        name: each["properties"]["kind"]["const"]
        for name, each in definitions.items()
        if "kind" in each.get("properties", {})
    }
    assert {kind for name, kind in kinds.items() if name.endswith("Sink")} == {"files", *TABLES}
    assert {kind for name, kind in kinds.items() if name.endswith("Findings")} == {*FINDINGS, "file"}


SINK_FAULTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "a key in the file": (
        "api_key",
        {"kind": "datadog", "api_key": "hunter2"},
        "not where a secret is; right would be",
    ),
    "no API key": ("api_key", {"kind": "datadog"}, "missing; right would be a reference"),
    "a token in the file": (
        "auth",
        {"kind": "loki", "url": "http://x", "auth": ["bearer:hunter2"]},
        "not a way to prove",
    ),
    "no broker": (
        "brokers",
        {"kind": "kafka", "brokers": ["hunter2"], "topic": "t"},
        "no broker; right would be HOST:PORT",
    ),
    "no brokers": ("brokers", {"kind": "kafka", "brokers": [], "topic": "t"}, "empty; right would be one at least"),
    "no topic": ("topic", {"kind": "kafka", "brokers": ["x:1"]}, "missing; right would be the name of a topic"),
    "no kind": ("kind", {"url": "http://x"}, "missing; right would be a word"),
    "another key": (
        "tpic",
        {"kind": "kafka", "brokers": ["x:1"], "topic": "t", "tpic": "hunter2"},
        "unknown key; right would be topic",
    ),
}


@pytest.mark.parametrize(("key", "said", "message"), SINK_FAULTS.values(), ids=SINK_FAULTS)
def test_a_wrong_key_of_a_sink_is_told_without_its_value(key: str, said: dict[str, Any], message: str) -> None:
    told = check({"sink": [said]})
    assert not isinstance(told, Checked)
    (fault,) = told
    assert fault.path[:3] == ("sink", 0, key)
    assert fault.message.startswith(message)
    assert "hunter2" not in fault.message
