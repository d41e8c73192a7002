"""The same logs pushed in, read by a source, or piped through `edgesieve redact`: the same records and findings."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import orjson

from pipeline.packing import unpacked
from tests.live.chaos import UNEQUAL, findings_of
from tests.live.server import HEADERS, spawned, started
from tests.live.traffic import uploads_of
from tests.program import in_folder


def test_records_and_findings_are_those_of_the_pipe(tmp_path: Path) -> None:
    uploads = uploads_of(4, 300, 3, time.time())
    server = started(tmp_path)
    for upload in uploads:
        assert server.post(upload.body, "/logpush/http_requests", {**HEADERS, "Content-Encoding": "gzip"})[0] == 200
    assert server.stop() == 0
    pushed = b"".join(unpacked(path.read_bytes()) for path in (tmp_path / "out").iterdir())
    raw = b"".join(gzip.decompress(each.body) for each in uploads)
    options = ("--dataset", "http_requests", "--key-file", "edge.key", "--findings", "piped.ndjson")
    piped = in_folder(tmp_path)("redact", *options, stdin=raw)
    assert sorted(pushed.splitlines()) == sorted(piped.stdout.splitlines())
    last = {}
    for line in (tmp_path / "piped.ndjson").read_bytes().splitlines():
        found = orjson.loads(line)
        last[found["id"]] = {name: value for name, value in found.items() if name not in UNEQUAL}
    assert len(last) > 10
    assert findings_of(tmp_path) == sorted(
        orjson.dumps(each, option=orjson.OPT_SORT_KEYS).decode() for each in last.values()
    )


def test_a_source_that_is_read_and_a_sink_of_findings_lose_nothing(tmp_path: Path) -> None:
    uploads = uploads_of(3, 200, 4, time.time())
    (tmp_path / "raw").mkdir()
    for number, upload in enumerate(uploads):
        (tmp_path / "raw" / f"{number}.gz").write_bytes(upload.body)
    (tmp_path / "raw" / "broken.gz").write_bytes(uploads[0].body[:-100])
    server = spawned(tmp_path, program=("-m", "tests.live.ends"))
    server.begin()
    while len(list((tmp_path / "raw").glob("*.done"))) < 4 or not (tmp_path / "sent.ndjson").exists():
        assert server.process.poll() is None
    assert server.stop() == 0
    lines = b"".join(unpacked(path.read_bytes()) for path in (tmp_path / "out").iterdir()).splitlines()
    rays = [orjson.loads(line)["RayID"] for line in lines]
    assert {ray for each in uploads for ray in each.rays} == {*rays}
    assert len(rays) > 600  # of the broken one, what is good
    written = (tmp_path / "findings.ndjson").read_bytes()
    assert (tmp_path / "sent.ndjson").read_bytes() == written[: len((tmp_path / "sent.ndjson").read_bytes())]
    assert len(written.splitlines()) > 3
