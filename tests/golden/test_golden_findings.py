"""What detectors say of the bundled raw logs, held to the byte under a known key. `UPDATE=1` writes it anew."""

from __future__ import annotations

import os
from pathlib import Path

import orjson

from tests.laws.watched import demo, judged, last_versions, see

KEPT = Path(__file__).parent / "findings" / "demo.ndjson"


def test_the_bundled_logs_betray_what_they_did() -> None:
    said = last_versions(judged(see(demo()).evidence))
    text = b"".join(orjson.dumps(said[name]) + b"\n" for name in sorted(said))
    if "UPDATE" in os.environ:
        KEPT.write_bytes(text)
    assert text == KEPT.read_bytes()


def test_the_bundled_logs_betray_something() -> None:
    found = [orjson.loads(line) for line in KEPT.read_bytes().splitlines()]
    assert {"secret_exposure"} <= {each["detector"] for each in found}
    assert {"high"} <= {each["severity"] for each in found}
