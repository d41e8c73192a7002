"""What the owner of a simulation's zones knows, read as the program reads it: configuration, key file, secrets."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from detectors.judge import Judge
from pipeline.cache import user_cache
from pipeline.config import load
from pipeline.detecting import detection_of, watching
from pipeline.private import create_private
from pipeline.simulate import CONFIGURATION, configure
from pipeline.simulator.owner import KEY_FILE
from pipeline.simulator.simulation import Simulation
from pipeline.start import Parts, prepare
from redactors.keyring import KeyRing, dump_ring, new_ring


def known(simulation: Simulation, warm_up: str) -> Parts:
    """Return the parts of an engine that detects; the same for the same seed, key ring included."""
    with tempfile.TemporaryDirectory(prefix="edgesieve-score-") as name:
        folder = Path(name)
        ring = _ring(simulation.scenario.seed)
        create_private(folder / KEY_FILE, dump_ring(ring))
        configure(simulation, folder, ring)
        with (folder / CONFIGURATION).open("a") as file:
            file.write(f'\n[detect]\nwarm_up = "{warm_up}"\n')
        cache = user_cache(os.environ)
        settings = load(folder / CONFIGURATION, cache)
        return watching(prepare(settings, cache), settings)


def judge_of(parts: Parts) -> Judge:
    """Return a judge that has heard nothing yet."""
    detection = detection_of(parts)
    return Judge(detection.facts, detection.seed)


def _ring(seed: int) -> KeyRing:
    return new_ring(b"".join(hashlib.sha256(f"{what} {seed}".encode()).digest() for what in ("key", "check")))
