"""A batch in a worker: safe pieces by dataset, the rest dead or refused; what kills workers is found."""

from __future__ import annotations

import asyncio
import gzip
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

import edgesieve
from pipeline.base import Batch, Limits
from pipeline.cache import user_cache
from pipeline.packing import unpacked
from pipeline.run_bisect import done_in_the_end
from pipeline.run_work import NO_LINES, Bench, Done, Job, job_of, work
from pipeline.run_workers import WorkerLostError, Workers
from pipeline.settings import Settings
from pipeline.start import build_engine, prepare
from redactors.base import ConfigurationError
from redactors.datasets import Catalogue
from tests.fakes import PlainEngine, refuse_to_make_an_engine
from tests.program import RAW, SAFE

DNS = (
    b'{"QueryName":"a.example","QueryType":1,"ResponseCode":0,'
    b'"Timestamp":"2026-03-02T09:14:00Z","SourceIP":"203.0.113.7"}\n'
)
DEMO = Path(edgesieve.__file__).parent / "pipeline" / "demo"
_Result = TypeVar("_Result")


@pytest.fixture(scope="module")
def bench() -> Bench:
    """Return what a worker works with."""
    settings = Settings(limits=Limits(inflated_bytes=1 << 20))
    parts = prepare(settings, user_cache(os.environ))
    return Bench(build_engine(parts), parts.catalogue)


def plain_bench() -> Bench:
    """Make what passes lines on, or dies of them."""
    return Bench(PlainEngine(), Catalogue({}))


def refused_bench() -> Bench:
    """Make nothing."""
    return Bench(refuse_to_make_an_engine(), Catalogue({}))


def _texts(done: Done) -> dict[str, bytes]:
    return {each.said["dataset"]: unpacked(each.blob) for each in done.pieces}


def test_safe_records_come_in_pieces_with_their_times(bench: Bench) -> None:
    lines = RAW + RAW.replace(b'Timestamp":1', b'Timestamp":1772442840123456789')
    done = work(job_of(Batch((gzip.compress(lines[:-1]),), "o", "http_requests", zone="z")), bench)
    (piece,) = done.pieces
    assert unpacked(piece.blob) == SAFE + SAFE.replace(b'Timestamp":1', b'Timestamp":1772442840123456789')
    assert piece.said == {"dataset": "http_requests", "zone": "z", "records": 2, "first": 1, "last": 1772442840}
    assert +done.tally.records == {("http_requests", "redacted"): 2}


def test_datasets_that_come_mixed_are_parted(bench: Bench) -> None:
    done = work(Job(RAW + DNS + RAW, "o"), bench)
    assert _texts(done) == {"http_requests": SAFE + SAFE, "dns_logs": DNS.replace(b"113.7", b"113.0")}
    dns = next(each.said for each in done.pieces if each.said["dataset"] == "dns_logs")
    assert (dns["first"], dns["records"]) == (1772442840, 1)


@pytest.mark.parametrize("path", sorted(path for path in DEMO.rglob("*") if path.is_file()), ids=lambda path: path.name)
def test_every_bundled_log_is_taken(bench: Bench, path: Path) -> None:
    done = work(Job(path.read_bytes(), str(path)), bench)
    assert (done.refused, done.dead) == ("", [])
    assert sum(each.said["records"] for each in done.pieces) >= 20


def test_a_line_that_is_none_stays_and_the_rest_goes(bench: Bench) -> None:
    done = work(Job(RAW + b"no json\n" + RAW, "o"), bench)
    assert [(each.line, each.offset, each.reason) for each in done.dead] == [(2, len(RAW), "not_json")]
    assert _texts(done)["http_requests"] == SAFE + SAFE


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (gzip.compress(RAW * 99)[:-20], "truncated"),
        (b"\x1f\x8b\x08\x00" + bytes(range(50)), "corrupt"),
        (gzip.compress(RAW * 20_000), "too_large"),
        (b"[" + RAW[:-1] + b"]\n", NO_LINES),
        (b"RayID,ClientIP\n8a,203.0.113.7\n", NO_LINES),
        (b'{"events":[' + RAW[:-1] + b"]}\n", NO_LINES),
    ],
    ids=["cut off", "no gzip", "too big", "an array", "rows", "a batch in a batch"],
)
def test_what_breaks_off_or_is_no_lines_is_refused_whole(bench: Bench, body: bytes, reason: str) -> None:
    done = work(Job(body, "o"), bench)
    assert (done.refused, done.pieces) == (reason, [])


def test_what_nobody_can_send_again_is_taken_up_to_where_it_breaks_off(bench: Bench) -> None:
    done = work(Job(gzip.compress(RAW * 99)[:-20], "o", whole=False), bench)
    assert done.pieces
    assert done.dead[-1].reason == "truncated"


def test_only_some_lines_can_be_asked_for(bench: Bench) -> None:
    lines = [RAW.replace(b"6071", b"%04d" % at) for at in range(3000)]
    body = gzip.compress(b"".join(lines[:5]) + b"\n" + b"".join(lines[5:]))
    assert work(Job(body, "o", count=True), bench).lines == 3001
    for first, end in ((0, 3), (2500, 3001), (4, 7), (3000, 3001)):
        done = work(Job(body, "o", lines=(first, end)), bench)
        offset = sum(map(len, lines[: first - (first > 5)])) + (first > 5)
        assert done.offset == offset
        wanted = [f"{at:04d}" for at in range(3000)]
        wanted.insert(5, "")
        found = [line[75:79].decode() for line in unpacked(done.pieces[0].blob).splitlines()]
        assert len(found) == len([each for each in wanted[first:end] if each])
        assert wanted[first:end][-1].encode() in unpacked(done.pieces[0].blob)


def test_our_own_uploads_are_known_in_the_logs(bench: Bench) -> None:
    ours = RAW.replace(b"/a?token=c4n4ry", b"/logpush?x=1").replace(b"{", b'{"ClientRequestHost":"logs.example",')
    others = ours.replace(b"logs.example", b"shop.example")
    assert work(Job(ours + others, "o", host=b"logs.example"), bench).looped == 1
    assert work(Job(ours, "o"), bench).looped == 0


def _with_workers(act: Callable[[Workers], Awaitable[_Result]], patience: float = 30) -> _Result:
    async def all_of_it() -> _Result:
        workers = Workers(1, plain_bench, lambda _: None, patience)
        await workers.start()
        try:
            return await act(workers)
        finally:
            await workers.stop()

    return asyncio.run(all_of_it())


def _plain(*lines: bytes) -> Job:
    return Job(b"\n".join(lines) + b"\n", "o", "dns_logs")


def test_only_the_line_that_kills_is_dead() -> None:
    lines = [b'{"a":%d}' % at for at in range(5)]
    job = _plain(*lines[:3], b"die", *lines[3:])

    async def act(workers: Workers) -> tuple[Done, Done]:
        return await done_in_the_end(job, workers.do), await done_in_the_end(_plain(*lines), workers.do)

    done, after = _with_workers(act)
    assert [(each.line, each.offset, each.reason) for each in done.dead] == [(4, 24, "killed")]
    assert done.tally.dead == {"killed": 1}
    assert b"".join(unpacked(each.blob) for each in done.pieces) == b"\n".join(lines) + b"\n"
    assert not after.dead


def test_a_worker_that_hangs_is_killed_and_its_line_found(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    job = _plain(b'{"a":1}', b"wait " + bytes(pipe), b'{"a":2}')
    done = _with_workers(lambda workers: done_in_the_end(job, workers.do), patience=0.5)
    assert [(each.line, each.reason) for each in done.dead] == [(2, "killed")]
    assert len(done.pieces) == 2


def test_a_worker_that_is_killed_from_outside_costs_no_line(tmp_path: Path) -> None:
    job = _plain(b'{"once":"%b"}' % bytes(tmp_path / "killed"), b'{"a":2}')
    done = _with_workers(lambda workers: done_in_the_end(job, workers.do))
    assert (tmp_path / "killed").exists()
    assert not done.dead
    assert done.tally.lines == 2


def test_workers_change_at_the_border_of_a_batch_and_stay_where_the_new_ones_cannot_be_made() -> None:
    async def act(workers: Workers) -> list[Done]:
        with pytest.raises(ConfigurationError, match="policy: wrong"):
            await workers.change(refused_bench)
        before = await workers.do(_plain(b'{"a":1}'))
        await workers.change(plain_bench)
        return [before, await workers.do(_plain(b'{"a":1}'))]

    assert [len(each.pieces) for each in _with_workers(act)] == [1, 1]


def test_a_worker_that_died_at_one_job_is_there_for_the_next() -> None:
    async def act(workers: Workers) -> tuple[int, Done]:
        with pytest.raises(WorkerLostError):
            await workers.do(_plain(b"die"))
        return workers.deaths, await workers.do(_plain(b'{"a":1}'))

    deaths, done = _with_workers(act)
    assert (deaths, done.tally.lines) == (1, 1)
