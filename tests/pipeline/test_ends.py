"""The ends of a live run are what the configuration says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.config_check import Checked, check
from pipeline.config_model import Document
from pipeline.ends import objects_source
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
