"""Writes a simulation to a folder: logs as log jobs leave them, labels, and the configuration that fits."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.codec import Deflater
from pipeline.keys import create_ring
from pipeline.private import create_private
from pipeline.simulator.base import SimulatedObject
from pipeline.simulator.labels import Label
from pipeline.simulator.owner import KEY_FILE, SECRETS, configuration, secret_files, to_toml
from pipeline.simulator.simulation import Simulation
from redactors.keyring import KeyRing
from redactors.marks import Marker

LOGS, LABELS, CONFIGURATION = "logs", "labels.jsonl", "edgesieve.toml"

OnProgress = Callable[[int, int | None], None]


@dataclass(slots=True)
class Written:
    """What was written."""

    records: Counter[str] = field(default_factory=Counter)
    """By dataset."""
    objects: int = 0
    bytes_plain: int = 0
    bytes_stored: int = 0
    labels: tuple[Label, ...] = ()


def write(simulation: Simulation, folder: Path, on_progress: OnProgress) -> Written:
    """Write a simulation to a folder that is missing or empty; `on_progress` hears the seconds done and all there are.

    The folder takes its name only when it is whole.

    Raises:
        OSError: something cannot be written, or the folder is not empty.

    """
    folder = folder.absolute()
    temporary = folder.with_name(f".{folder.name}.edgesieve-{os.urandom(6).hex()}.part")
    temporary.mkdir(parents=True)
    try:
        written = _fill(simulation, temporary, on_progress)
        temporary.replace(folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return written


def _fill(simulation: Simulation, folder: Path, on_progress: OnProgress) -> Written:
    written, scenario = Written(), simulation.scenario
    for each in simulation.objects():
        data = _compressed(each)
        path = folder / LOGS / f"{each.key}.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        written.records[each.dataset] += each.records
        written.objects += 1
        written.bytes_plain += len(each.body)
        written.bytes_stored += len(data)
        on_progress(min(each.delivered - scenario.start, scenario.length), scenario.length)
    written.labels = simulation.labels()
    (folder / LABELS).write_bytes(b"".join(each.to_json() for each in written.labels))
    configure(simulation, folder, create_ring(folder / KEY_FILE))
    return written


def configure(simulation: Simulation, folder: Path, ring: KeyRing) -> None:
    """Write the configuration that fits a simulation, and the secrets that it names; its key file is there already."""
    (folder / SECRETS).mkdir(mode=0o700)
    for path, secret in secret_files(simulation.world).items():
        create_private(folder / path, secret.encode())
    marker = Marker(ring)
    tables = configuration(simulation, lambda identity: marker.keyed("identity", identity))
    (folder / CONFIGURATION).write_text(to_toml(tables))


def _compressed(simulated: SimulatedObject) -> bytes:
    deflater = Deflater("gzip")
    return deflater.feed(simulated.body) + deflater.finish()
