"""Deliveries as objects: a key of its own for each, the same when it comes again, in Logpush's own layout."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.arriving.naming import placed
from pipeline.delivering import Delivery, Unavailable
from pipeline.ends import Around, sink_of
from pipeline.objects import client_of
from pipeline.sinks.objects_named import key_of
from pipeline.stores import Address, Store
from pipeline.uploads import put
from tests.stores import KINDS, Served, serving

LAYOUT = re.compile(
    r"(?:^|/)(?P<date>\d{8}/)?(?P<start>\d{8}T\d{6}Z)_(?P<end>\d{8}T\d{6}Z)_(?P<id>[0-9a-f]{8})\.log\.gz$"
)
ONE = Delivery("one", "POST 1", "http_requests", "", b"{}\n" * 100, 100, 1_773_536_400, 1_773_536_700, "p")
FROM_OBJECT = replace(ONE, id="two", origin="s3://raw/a/20260101T000000Z_20260101T000500Z_6af03489.log.gz#abc")


@pytest.fixture(scope="module", params=KINDS)
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return a store that answers."""
    with serving(request.param, tmp_path_factory.mktemp("store")) as store:
        yield store


@pytest.fixture(autouse=True)
def _own(served: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in served.environment.items():
        monkeypatch.setenv(name, value)
    client_of.cache_clear()
    yield
    client_of.cache_clear()


def _write(bucket: str, *deliveries: Delivery) -> None:
    said = {"kind": "objects", "uri": f"s3://{bucket}/clean/", "endpoint": None, "credentials": "default"}
    asyncio.run(sink_of(said, Around(Path(), Path(), {})).write(deliveries))


def test_keys_are_those_of_logpush_below_the_dataset(served: Served) -> None:
    served.fill("keys", {})
    _write("keys", ONE, FROM_OBJECT, replace(ONE, id="three", dataset="backend/requests"))
    found = served.found("keys")
    assert sorted(key.rpartition("_")[0] for key in found) == [
        "clean/backend/requests/20260315/20260315T010000Z_20260315T010500Z",
        "clean/http_requests/20260101/20260101T000000Z_20260101T000500Z",
        "clean/http_requests/20260315/20260315T010000Z_20260315T010500Z",
    ]
    assert all(LAYOUT.search(key) and placed(key).word for key in found)
    assert {gzip.decompress(data) for data in found.values()} == {ONE.body}


def test_a_delivery_that_comes_again_writes_over_itself(served: Served) -> None:
    served.fill("again", {})
    _write("again", ONE)
    first = served.found("again")
    _write("again", ONE)
    assert served.found("again") == first
    _write("again", replace(ONE, lines=b"[]\n"))
    assert [gzip.decompress(data) for data in served.found("again").values()] == [b"[]\n"]


def test_a_key_that_is_anothers_is_not_written_over(served: Served) -> None:
    served.fill("taken", {})
    _write("taken", ONE)
    (key,) = served.found("taken")
    put(client_of(Store()), Address("taken", key), b"another", {"edgesieve": "another"}, only_new=False)
    _write("taken", ONE)
    _write("taken", ONE)
    found = served.found("taken")
    assert len(found) == 2
    assert found.pop(key) == b"another"
    assert [gzip.decompress(data) for data in found.values()] == [ONE.body]


def test_a_bucket_that_is_not_there_is_no_loss(served: Served) -> None:
    with pytest.raises(Unavailable, match="NoSuchBucket; right would be a bucket that exists there"):
        _write(f"not-there-{served.is_strict}".lower(), ONE)


def test_the_same_digits_with_other_times_are_another_key() -> None:
    assert key_of(ONE, "0") != key_of(replace(ONE, last=ONE.last + 1), "0")
