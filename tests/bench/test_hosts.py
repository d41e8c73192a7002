"""The benchmark of hosts runs from end to end, and its mix is what it says."""

from __future__ import annotations

import subprocess
import sys

from detectors.hosts import canonical
from tests.bench.hosts import FEWEST_A_SECOND, KNOWN_HOSTS, mix
from tests.bench.run import HOME


def test_the_benchmark_of_hosts_shows_every_row() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench.hosts", "800"], cwd=HOME, capture_output=True, check=False, text=True
    )
    assert run.returncode in {0, 1}
    for row in ("a day's mix", "known hosts only", "without the cache", "edgesieve hosts"):
        assert row in run.stdout
    assert FEWEST_A_SECOND == 300_000


def test_the_mix_is_mostly_known_hosts_and_mostly_urls_that_come_once() -> None:
    texts = mix(8000)
    known = [text for text in texts if ".shop" in text and "tenant" not in text]
    assert 0.8 < len(known) / len(texts) < 0.95
    assert len({canonical(text).name for text in known}) <= KNOWN_HOSTS
    assert len(set(texts)) > len(texts) / 2
    assert mix(8000) == texts
