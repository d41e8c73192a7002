"""Batches from a source that is read, and sinks that fail: nothing is lost, nothing goes on too early."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from pipeline.base import Batch
from pipeline.delivering import Delivery, Received, Refused, Unavailable
from pipeline.ledger import Ledger, LedgerError
from pipeline.packing import pack
from pipeline.routing import Route
from pipeline.run_counts import AGAIN, NO_ROOM, REFUSED, STORED, Counts
from pipeline.run_drain import Lane
from pipeline.run_intake import Answer, Intake, Shelf
from pipeline.run_pump import pump
from pipeline.run_threads import Thread
from pipeline.run_work import Bench, Job
from pipeline.run_workers import Workers
from pipeline.spool import FullError, Spool
from pipeline.spool_entries import Entry, Piece
from redactors.datasets import Catalogue
from tests.fakes import PlainEngine


@dataclass
class Sink:
    """Does to each call what the next word says: takes it, is away, refuses all, or one, or meets a fault."""

    fates: list[str]
    taken: list[str] = field(default_factory=list)

    async def write(self, deliveries: Sequence[Delivery]) -> None:
        """Take deliveries, or not."""
        fate = self.fates.pop(0) if self.fates else "takes"
        if fate == "away":
            message = "it is away"
            raise Unavailable(message, after=0.01)
        if fate == "fault":
            raise KeyError(fate)
        if fate == "refuses one":
            message = "too old"
            raise Refused(message, [deliveries[0].id])
        if fate == "refuses":
            message = "too old"
            raise Refused(message)
        self.taken += (each.origin for each in deliveries)

    async def close(self) -> None:
        """Do nothing."""


def plain_bench() -> Bench:
    """Make what passes lines on."""
    return Bench(PlainEngine(), Catalogue({}))


def _shelf(folder: Path, room: int = 1 << 30) -> Shelf:
    spool = Spool(folder / "spool", room, room)
    assert not list(spool.recover(0))
    return Shelf(spool, Ledger(folder / "ledger"), Thread("spool"))


def _entry(name: str) -> Entry:
    said = {"dataset": "dns_logs", "zone": "", "records": 1, "first": 1, "last": 1}
    return Entry(name, {"at": 1, "policy": "p", "dead": []}, (Piece(said, pack(b"{}\n")),))


async def _delivered(folder: Path, sink: Sink, *names: str, drops: bool = False, room: int = 1 << 30) -> Lane:
    shelf = _shelf(folder, room)
    told: list[str] = []
    counts = Counts(sinks=("s",))
    refused = folder / "refused"
    lane = Lane(Route("s"), sink, shelf, counts, Catalogue({}), refused, lambda: 100.0, told.append, drops)
    await lane.start()
    for name in names:
        with contextlib.suppress(FullError):
            await shelf.put(_entry(name))
    async with asyncio.timeout(20):
        while await lane.step():
            continue
    shelf.ledger.close()
    return lane


@pytest.mark.parametrize(
    ("fates", "taken"),
    [
        ([], ["a", "b"]),
        (["away", "away"], ["a", "b"]),
        (["fault"], ["a", "b"]),
        (["refuses one"], ["b"]),
        (["refuses"], []),
        (["away", "refuses one", "away"], ["b"]),
    ],
    ids=["well", "away", "a fault", "one refused", "all refused", "all of it"],
)
def test_what_a_sink_does_not_take_is_tried_again_or_laid_aside(
    tmp_path: Path, fates: list[str], taken: list[str]
) -> None:
    sink = Sink(fates)
    lane = asyncio.run(_delivered(tmp_path, sink, "a", "b"))
    assert sink.taken == taken
    assert lane.behind.number == 2
    assert len(list((tmp_path / "refused").glob("*"))) == 2 - len(taken)
    assert Ledger(tmp_path / "ledger").reached("s") == 2


def test_a_sink_that_may_miss_records_lets_them_go_when_the_spool_is_full(tmp_path: Path) -> None:
    sink = Sink(["away"] * 100)
    lane = asyncio.run(_delivered(tmp_path, sink, "a", "b", "c", drops=True, room=500))
    assert (sink.taken, lane.behind.number) == ([], 2)
    assert lane.counts.counters["edgesieve_sink_dropped_records"]["s",] == 2


def test_a_sink_goes_on_where_it_was(tmp_path: Path) -> None:
    async def twice() -> list[str]:
        shelf = _shelf(tmp_path)
        first, second = Sink([]), Sink([])
        make = partial(Lane, Route("s"))
        rest = (shelf, Counts(sinks=("s",)), Catalogue({}), tmp_path, lambda: 1.0, print)
        lane = make(first, *rest)
        await lane.start()
        await shelf.put(_entry("a"))
        assert await lane.step()
        await shelf.put(_entry("b"))
        again = make(second, *rest)
        await again.start()
        assert await again.step()
        return [*first.taken, "then", *second.taken]

    assert asyncio.run(twice()) == ["a", "then", "b"]


async def _taken_in(folder: Path, act: Callable[[Intake, Shelf], Awaitable[None]], room: int = 1 << 30) -> Counts:
    counts = Counts()
    shelf = _shelf(folder, room)
    workers = Workers(1, plain_bench, lambda _: None)
    await workers.start()
    try:
        await act(Intake(workers, shelf, counts, lambda: 1.0, lambda _: None, "p"), shelf)
    finally:
        await workers.stop()
    return counts


def test_the_same_batch_twice_at_a_time_is_worked_on_once(tmp_path: Path) -> None:
    async def act(intake: Intake, shelf: Shelf) -> None:
        job = Job(b'{"a":1}\n', "o", "dns_logs")
        answers = await asyncio.gather(*(intake.take(job) for _ in range(5)))
        assert sorted(each.result for each in answers) == [AGAIN] * 4 + [STORED]
        assert (await intake.take(job)).result == AGAIN
        assert shelf.spool.last == 1

    asyncio.run(_taken_in(tmp_path, act))


def test_a_full_spool_takes_nothing_and_a_fault_is_no_loss(tmp_path: Path) -> None:
    async def act(intake: Intake, shelf: Shelf) -> None:
        assert (await intake.take(Job(b"fault\n", "f"))).result == "failed"
        while (answer := await intake.take(Job(b'{"a":1}\n', str(shelf.spool.last), "dns_logs"))).result == STORED:
            continue
        assert answer.result == NO_ROOM
        assert (await intake.take(Job(b'{"a":1}\n', "0"))).result == AGAIN

    asyncio.run(_taken_in(tmp_path, act, room=2000))


def test_what_the_ledger_cannot_hear_is_known_all_the_same_and_told_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: object) -> None:
        raise LedgerError

    async def act(intake: Intake, shelf: Shelf) -> None:
        whole = shelf.ledger
        with monkeypatch.context() as patched:
            patched.setattr(whole, "knows", fails)
            assert (await intake.take(Job(b'{"a":1}\n', "a", "dns_logs"))).result == NO_ROOM
        with monkeypatch.context() as patched:
            patched.setattr(whole, "note", fails)
            assert (await intake.take(Job(b'{"a":1}\n', "b", "dns_logs"))).result == STORED
            assert (await intake.take(Job(b'{"a":1}\n', "b", "dns_logs"))).result == AGAIN
            assert not whole.knows("b")
        assert (await intake.take(Job(b'{"a":1}\n', "c", "dns_logs"))).result == STORED
        assert (whole.knows("b"), whole.knows("c"), whole.last) == (True, True, 2)

    asyncio.run(_taken_in(tmp_path, act))


def test_a_source_hears_only_of_what_is_settled() -> None:
    told: list[str] = []
    fates = {"a": [STORED], "b": [NO_ROOM, STORED], "c": [REFUSED], "d": [AGAIN]}

    @dataclass
    class Source:
        async def batches(self) -> AsyncIterator[Received]:
            for name in fates:
                yield Received(Batch((b"",), name), partial(done, name))

        async def close(self) -> None:
            """Nothing is open."""

    async def done(name: str) -> None:
        assert not fates[name]
        told.append(name)

    async def take(job: Job) -> Answer:
        assert not job.whole
        return Answer(fates[job.origin].pop(0))

    asyncio.run(pump(Source(), take, 2))
    assert sorted(told) == ["a", "b", "c", "d"]
