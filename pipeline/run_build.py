"""The parts of a live run, made in order: spool and ledger, workers, sinks, judge, listeners."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from pipeline.base import Batch, Limits
from pipeline.delivering import Sink, Source
from pipeline.detecting import detection_of
from pipeline.ends import Around, findings_sink_of, objects_source
from pipeline.findings_log import FindingsLog
from pipeline.judge_state import JudgeState
from pipeline.ledger import Ledger
from pipeline.routing import Route
from pipeline.run_counts import AGAIN, FAILED, NO_ROOM, REFUSED, STORED, TOO_LARGE, VALIDATION, Counts
from pipeline.run_drain import Lane
from pipeline.run_findings import FindingsAppender
from pipeline.run_intake import Intake, Shelf, noted
from pipeline.run_judge import Bench as JudgeBench
from pipeline.run_outbox import FindingsOutbox, open_outbox_shelf
from pipeline.run_settings import HttpPlace, LiveSettings, SinkPlace
from pipeline.run_sinks import Means, made, route_of
from pipeline.run_threads import Thread
from pipeline.run_work import Bench, job_of
from pipeline.run_workers import Workers
from pipeline.settings import Settings
from pipeline.sources.http.gate import Credential, credential
from pipeline.sources.http.listener import Listener
from pipeline.sources.http.tls import context_of
from pipeline.sources.http.uploads import Said, Uploads, Verdict
from pipeline.spool import SEGMENT_BYTES, Spool
from pipeline.start import Parts, build_engine, dataset_names
from pipeline.stores import is_address
from redactors.base import ConfigurationError

Tell = Callable[[str], None]

_LEDGER: Final = "ledger.sqlite"
_SHARE_OF_SPOOL: Final = 8
_MOST_BODY: Final = Limits().body_bytes or 0

CODES: Final = {STORED: 200, AGAIN: 200, REFUSED: 400, TOO_LARGE: 413, NO_ROOM: 503, FAILED: 500}
"""The status that tells a sender what became of its batch."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a run is made of."""

    settings: Settings
    live: LiveSettings
    parts: Parts


@dataclass(frozen=True, slots=True)
class Ends:
    """Where batches come from beside listeners, and where findings go beside their file, by name."""

    sources: Sequence[Source] = ()
    findings: Mapping[str, Sink] = field(default_factory=dict)


@dataclass(slots=True)
class House:
    """All parts of a run."""

    given: Given
    counts: Counts
    shelf: Shelf
    workers: Workers
    intake: Intake
    judge: JudgeBench
    lanes: list[Lane]
    findings_lanes: list[Lane]
    listeners: list[Listener]
    sources: Sequence[Source]
    tell: Tell
    lock: int


def around(given: Given) -> Around:
    """Return what the ends of a run need to know beyond their tables."""
    times = {name: given.parts.catalogue[name].time for name in given.parts.catalogue.names()}
    return Around(given.settings.files[0].parent, given.live.state, times)


def ends_of(given: Given, tell: Tell) -> Ends:
    """Make what the configuration says of sources that are read, and of services that findings go to.

    Raises:
        ConfigurationError: a secret is not there, or what was kept is not readable.

    """
    live, limits = given.settings.live, given.parts.limits
    sources = [
        objects_source(said, given.live.state, limits.body_bytes or _MOST_BODY, tell)
        for said in live["sources"]
        if said["kind"] == "objects"
    ]
    findings = {
        f"{said['kind']} {at + 1}": findings_sink_of(said, around(given)) for at, said in enumerate(live["findings"])
    }
    return Ends(sources, findings)


def build_bench(parts: Parts) -> Bench:
    """Build what a worker works with, in its own process."""
    return Bench(build_engine(parts), parts.catalogue)


async def build(given: Given, state: JudgeState, tell: Tell, ends: Ends) -> House:
    """Make all parts, and start the workers.

    Raises:
        ConfigurationError: one of them cannot be made.
        OSError: a file cannot be read or written.

    """
    live, parts = given.live, given.parts
    for source in (each for each in given.settings.sources if not is_address(each.path)):
        tell(f"{source.path}: a live run does not read files; right would be: edgesieve redact")
    lock = _lock(live.spool)
    shelf = _open_shelf(live, tell)
    detection = detection_of(parts)
    counts = Counts((*detection.facts.of_zone,), tuple(each.name for each in live.sinks))
    workers = Workers(len(os.sched_getaffinity(0)), partial(build_bench, parts), tell)
    intake = Intake(workers, shelf, counts, time.time, tell, parts.policy.digest)
    judge = _judge(given, state, shelf, tell, ends)
    await judge.start()
    house = House(given, counts, shelf, workers, intake, judge, [], [], [], ends.sources, tell, lock)
    for name, sink in ends.findings.items():
        house.findings_lanes.append(await _findings_lane(house, name, sink))
    for at, place in enumerate(live.sinks):
        lane = await _lane(house, place, live.spool / "refused" / f"{at + 1}-{place.said['kind']}")
        await lane.start()
        house.lanes.append(lane)
    house.listeners += [_listener(place, parts, intake) for place in live.places]
    await workers.start()
    return house


def _lock(folder: Path) -> int:
    """Keep a spool for this run alone, until the process ends."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        message = f"{folder}: in use by another run; right would be a folder for each"
        raise ConfigurationError(message) from None
    return lock


def _open_shelf(live: LiveSettings, tell: Tell) -> Shelf:
    """Open spool and ledger, and bring the ledger up to what the spool holds."""
    ledger = Ledger(live.state / _LEDGER)
    segment = min(SEGMENT_BYTES, max(1, live.spool_bytes // _SHARE_OF_SPOOL))
    spool = Spool(live.spool, live.spool_bytes, segment)
    ledger.note(noted(entry, entry.number) for entry in spool.recover(ledger.last))
    if spool.torn:
        tell(f"{live.spool}: {spool.torn:,} bytes that were never acknowledged are cut off")
    return Shelf(spool, ledger, Thread("spool"))


def _judge(given: Given, state: JudgeState, shelf: Shelf, tell: Tell, ends: Ends) -> JudgeBench:
    findings = FindingsAppender(given.settings.findings, tell)
    findings.open()
    log = FindingsLog(findings.add, detection_of(given.parts).facts.policy)
    thread, outbox = Thread("judge"), None
    if ends.findings:
        outbox = FindingsOutbox(open_outbox_shelf(given.live.state, thread), time.time, lambda: log.policy, tell)
        log.write = partial(_both, findings.add, outbox.add)
    return JudgeBench(state, given.parts, shelf, log, findings, outbox, time.time, tell, thread)


def _both(first: Callable[[bytes], None], second: Callable[[bytes], None], line: bytes) -> None:
    first(line)
    second(line)


async def _findings_lane(house: House, name: str, sink: Sink) -> Lane:
    refused = house.given.live.state / "findings" / "refused"
    catalogue = house.given.parts.catalogue
    shelf = house.judge.outbox.shelf if house.judge.outbox else house.shelf
    lane = Lane(Route(name), sink, shelf, house.counts, catalogue, refused, time.time, house.tell)
    await lane.start()
    return lane


async def _lane(house: House, place: SinkPlace, refused: Path) -> Lane:
    sink = await made(place, Means(house.shelf.ledger, house.shelf.thread, time.time, around(house.given)))
    drops = place.said["on_full"] == "drop_sink"
    catalogue = house.given.parts.catalogue
    return Lane(route_of(place), sink, house.shelf, house.counts, catalogue, refused, time.time, house.tell, drops)


def _listener(place: HttpPlace, parts: Parts, intake: Intake) -> Listener:
    counts = intake.counts

    async def take(batch: Batch, host: str) -> Verdict:
        started = time.monotonic()
        answer = await intake.take(job_of(batch, host=host.partition(":")[0].encode()))
        counts.time(time.monotonic() - started)
        return Verdict(CODES[answer.result], answer.reason)

    said = {name: value for name, value in place.said.items() if name != "sample_rate"}
    uploads = Uploads(
        take,
        credentials_of(place),
        frozenset(dataset_names(parts.catalogue)),
        parts.limits.body_bytes or _MOST_BODY,
        Said(**{**said, "columns": tuple(said["columns"]), "weight": round(1 / place.said["sample_rate"])}),
        lambda code: counts.count("edgesieve_http_responses", str(code)),
        lambda: counts.count("edgesieve_batches", VALIDATION),
    )
    context = context_of(place.cert, place.key) if place.cert and place.key else None
    return Listener(place.address.host, place.address.port, uploads, context)


def credentials_of(place: HttpPlace) -> list[Credential]:
    """Return who may upload."""
    return [credential(*each) for each in place.auth]
