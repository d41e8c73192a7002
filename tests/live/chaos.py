"""`make test-live` and `make chaos`: a live run is disturbed under load, and must lose, double and show nothing.

After each run, every record that was acknowledged stands in the sink's files exactly once, no file holds a secret, and
the findings are those of a run that nobody disturbed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from detectors.findings import to_json
from pipeline.cache import Cache, user_cache
from pipeline.config import load
from pipeline.detecting import detection_of, watching
from pipeline.judge_state import judge_state
from pipeline.packing import unpacked
from pipeline.start import prepare
from tests.live.server import CONFIG, Server, started
from tests.live.traffic import CANARY, Senders, Upload, uploads_of

UPLOADS, RECORDS = 60, 400
UNEQUAL = ("at", "status", "late", "evidence")
"""Of a finding: what may differ between two runs over the same records."""


@dataclass(slots=True)
class Scene:
    """One run, and who disturbs it."""

    folder: Path
    config: str
    server: Server
    senders: Senders
    chance: random.Random
    disturbed: int = 0

    def pause(self, most: float) -> None:
        """Let some time pass."""
        time.sleep(self.chance.uniform(0.1, most))

    def restart(self) -> None:
        """Start the run again, at the same place."""
        self.server = started(self.folder, self.config)


def kill_server(scene: Scene) -> None:
    """Kill the run, and start it again."""
    scene.pause(2.0)
    scene.server.kill()
    scene.disturbed += 1
    scene.restart()


def kill_workers(scene: Scene) -> None:
    """Kill one of the workers."""
    scene.pause(4.0)
    workers = scene.server.workers()
    if workers:
        os.kill(scene.chance.choice(workers), signal.SIGKILL)
        scene.disturbed += 1


def stop_worker(scene: Scene) -> None:
    """Let a worker sleep for a while."""
    scene.pause(1.0)
    workers = scene.server.workers()
    if workers:
        worker = scene.chance.choice(workers)
        os.kill(worker, signal.SIGSTOP)
        scene.pause(1.5)
        os.kill(worker, signal.SIGCONT)
        scene.disturbed += 1


def take_sink_away(scene: Scene) -> None:
    """Take the sink's folder away for a while, and the run with it half of the times."""
    scene.pause(1.0)
    (scene.folder / "out").rename(scene.folder / "away")
    scene.pause(3.0)
    if scene.chance.random() < 0.5:
        scene.server.kill()
        (scene.folder / "away").rename(scene.folder / "out")
        scene.restart()
    else:
        (scene.folder / "away").rename(scene.folder / "out")
    scene.disturbed += 1


def only_reset(scene: Scene) -> None:
    """Leave the run alone: its clients break off."""
    scene.pause(1.0)
    scene.disturbed += 1


def fill_disk(scene: Scene) -> None:
    """Fill the disk of the spool, and make room again."""
    scene.pause(1.0)
    blot = scene.folder / "spool" / "blot"
    try:
        with blot.open("wb", buffering=0) as file:
            while file.write(bytes(1 << 16)):
                continue
    except OSError:
        scene.disturbed += 1
    scene.pause(1.5)
    blot.unlink()


DISTURBERS: dict[str, Callable[[Scene], None]] = {
    "server": kill_server,
    "workers": kill_workers,
    "asleep": stop_worker,
    "sink": take_sink_away,
    "resets": only_reset,
    "disk": fill_disk,
}
TORN = {"resets": 0.4}
"""Share of uploads that break off, by who disturbs."""


@contextmanager
def folders(kind: str) -> Iterator[Path]:
    """Give a folder for two runs; the spool of the disturbed one is a disk of its own where that is to be filled."""
    folder = Path(tempfile.mkdtemp(prefix="edgesieve-chaos-"))
    for name in ("disturbed", "calm"):
        (folder / name).mkdir()
    spool = folder / "disturbed" / "spool"
    if kind == "disk":
        spool.mkdir(mode=0o700)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m,mode=700", "none", spool], check=True)  # noqa: S607 (asked for by name)
    try:
        yield folder
    finally:
        if kind == "disk":
            subprocess.run(["umount", "-l", spool], check=True)  # noqa: S607 (as above)


def run(kind: str, seed: int, folder: Path) -> dict[str, object]:
    """Disturb a run while uploads come; return what was found wrong, and how much happened."""
    uploads = uploads_of(UPLOADS, RECORDS, seed, time.time())
    config = CONFIG.replace("127.0.0.1:0", f"127.0.0.1:{_free_port()}", 1)
    server = started(folder / "disturbed", config)
    scene = _scene(kind, seed, server, config, uploads)
    scene.senders.start()
    while scene.senders.at_work():
        DISTURBERS[kind](scene)
    scene.senders.finish()
    code = scene.server.stop()
    if code == 0 and _is_behind(scene.folder):
        scene.restart()
        code = scene.server.stop()
    shutil.copy(folder / "disturbed" / "edge.key", folder / "calm")
    calm = started(folder / "calm", CONFIG)
    undisturbed = Senders(lambda: calm.port, uploads)
    undisturbed.start()
    undisturbed.finish()
    calm.stop()
    wrong = [*_wrong(scene, uploads), *([f"exit code {code}"] if code else [])]
    if findings_of(folder / "disturbed") != findings_of(folder / "calm"):
        wrong.append("other findings than undisturbed")
    return {
        "kind": kind,
        "seed": seed,
        "disturbed": scene.disturbed,
        "answers": dict(sorted(scene.senders.answers.items())),
        "findings": len(findings_of(folder / "calm")),
        "wrong": wrong,
    }


def _scene(kind: str, seed: int, server: Server, config: str, uploads: list[Upload]) -> Scene:
    senders = Senders(lambda: server.port, uploads, tear=TORN.get(kind, 0.0))
    return Scene(server.folder, config, server, senders, random.Random(seed))  # noqa: S311 (it is to be the same again)


def _wrong(scene: Scene, uploads: list[Upload]) -> Iterator[str]:
    """Yield what should not be."""
    rays: Counter[str] = Counter()
    for path in (scene.folder / "out").iterdir():
        rays.update(orjson.loads(line)["RayID"] for line in unpacked(path.read_bytes()).splitlines())
    sent = {ray for upload in uploads for ray in upload.rays}
    lost = len(sent - rays.keys())
    twice = sum(count > 1 for count in rays.values())
    if scene.senders.given_up:
        yield f"{len(scene.senders.given_up)} uploads were never answered with 200"
    if lost:
        yield f"{lost} of {len(sent)} records are lost"
    if twice:
        yield f"{twice} records are there twice"
    yield from (f"{path.name} holds a secret" for path in scene.folder.rglob("*") if _shows(path))
    if any(CANARY in line.encode() for line in scene.server.said):
        yield "stderr shows a secret"


def _shows(path: Path) -> bool:
    if not path.is_file():
        return False
    data = path.read_bytes()
    return CANARY in data or (path.parent.name == "out" and CANARY in unpacked(data))


def _is_behind(folder: Path) -> bool:
    """Tell whether something of the spool was not delivered when the run ended."""
    base = sqlite3.connect(folder / "state" / "ledger.sqlite")
    numbers = dict(base.execute("SELECT name, number FROM sinks").fetchall())
    base.close()
    last = numbers.pop("last batch", 0)
    return any(number < last for number in numbers.values())


def findings_of(folder: Path) -> list[str]:
    """Return the last version of each finding, as it is once all panes are closed, without what may differ."""
    settings = load(folder / "edge.toml", Cache(None))
    detection = detection_of(watching(prepare(settings, user_cache(os.environ)), settings))
    with judge_state(folder / "state", detection) as kept:
        rest = [to_json(each, detection.facts.policy) for each in kept.judge.finish()]
    last: dict[str, dict[str, object]] = {}
    for line in (*(folder / "findings.ndjson").read_bytes().splitlines(), *rest):
        found = orjson.loads(line)
        last[found["id"]] = {name: value for name, value in found.items() if name not in UNEQUAL}
    return sorted(orjson.dumps(each, option=orjson.OPT_SORT_KEYS).decode() for each in last.values())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def main() -> int:
    """Print a line for each run, as JSON; fail where something was wrong."""
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("kinds", nargs="*", default=["server", "workers"])
    asked = parser.parse_args()
    failed = False
    for number in range(asked.runs):
        for kind in asked.kinds:
            with folders(kind) as folder:
                told = run(kind, asked.seed + number, folder)
            print(json.dumps(told), flush=True)
            if told["wrong"]:
                failed = True
                print(f"left as it was: {folder}", flush=True)
            else:
                shutil.rmtree(folder)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
