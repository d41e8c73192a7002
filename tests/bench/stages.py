"""The stages of the work on one file, each a function that does all before it too; what a child process runs."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import orjson

from pipeline.base import Batch, Limits
from pipeline.cache import user_cache
from pipeline.codec import Block, Deflater, blocks, inflate
from pipeline.config import load
from pipeline.detecting import watching
from pipeline.engine import Engine
from pipeline.settings import Settings
from pipeline.start import build_engine, prepare
from redactors.keyring import new_ring
from redactors.straight import Scrub

SEEN = "whole, seen"
"""The stage whose engine has detection on, with the facts of no configuration."""
UNBOUND = Limits(body_bytes=None, inflated_bytes=None)
_NEWLINE = orjson.OPT_APPEND_NEWLINE


def chunks(path: Path) -> Iterator[bytes]:
    """Read a file in pieces of 64 KiB."""
    with path.open("rb") as file:
        while piece := file.read(1 << 16):
            yield piece


def whole_blocks(path: Path) -> Iterator[Block]:
    """Inflate and cut into blocks."""
    return (each for each in blocks(inflate(chunks(path), UNBOUND), UNBOUND) if isinstance(each, Block))


def inflated(path: Path, _engine: Engine) -> int:
    """Inflate only."""
    return sum(len(piece) for piece in inflate(chunks(path), UNBOUND)) and 0


def split(path: Path, _engine: Engine) -> int:
    """Inflate and split into lines."""
    return sum(sum(map(bool, block.lines())) for block in whole_blocks(path))


def parsed(path: Path, _engine: Engine) -> int:
    """Parse too."""
    count = 0
    for block in whole_blocks(path):
        for line in filter(None, block.lines()):
            orjson.loads(line)
            count += 1
    return count


def bare(path: Path, _engine: Engine) -> int:
    """Do what any program must that reads and writes gzip NDJSON: inflate, split, parse, serialise, deflate."""
    count = 0
    deflater = Deflater("gzip")
    for block in whole_blocks(path):
        out = bytearray()
        for line in filter(None, block.lines()):
            out += orjson.dumps(orjson.loads(line), None, _NEWLINE)
            count += 1
        deflater.feed(bytes(out))
    deflater.finish()
    return count


def scrubbed(path: Path, engine: Engine) -> int:
    """Inflate, parse and scrub: no serialising, no last look, no deflate."""
    plans = engine.plans(Batch((), "bench"))
    count = 0
    names: tuple[str, ...] = ()
    scrub: Scrub = len
    for block in whole_blocks(path):
        for line in filter(None, block.lines()):
            record = orjson.loads(line)
            if tuple(record) != names:
                names = tuple(record)
                scrub = plans.find(names).scrub
            scrub(record)
            count += 1
    return count


def uncompressed(path: Path, engine: Engine) -> int:
    """Do everything but deflate."""
    return _processed(path, engine, "none")


def whole(path: Path, engine: Engine) -> int:
    """Do everything, gzip in and out."""
    return _processed(path, engine, "gzip")


def _processed(path: Path, engine: Engine, compression: str) -> int:
    tallies = [outcome.tally for outcome in engine.process(Batch(chunks(path), "bench"), compression)]
    return sum(tally.lines for tally in tallies if tally)


STAGES: dict[str, Callable[[Path, Engine], int]] = {
    "inflate": inflated,
    "split": split,
    "parse": parsed,
    "scrub": scrubbed,
    "all but deflate": uncompressed,
    "bare codec": bare,
    "whole": whole,
    SEEN: whole,
}


def own_peak() -> int:
    """Return the peak memory of this process; what `getrusage` says counts from that of the process that started it."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].removesuffix("kB")) * 1024


def main(stage: str, path: str, config: str = "") -> None:
    """Run one stage on one file with nothing remembered; print CPU seconds, peak memory and records as JSON."""
    cache = user_cache(os.environ)
    settings = load(Path(config), cache) if config else Settings()
    parts = replace(prepare(settings, cache), ring=new_ring(bytes(range(64))), limits=UNBOUND)
    engine = build_engine(watching(parts, settings) if stage == SEEN else parts)
    start = time.process_time()
    count = STAGES[stage](Path(path), engine)
    seconds = time.process_time() - start
    peak = own_peak()
    sys.stdout.write(json.dumps({"seconds": seconds, "records": count, "peak_bytes": peak}))


if __name__ == "__main__":
    main(*sys.argv[1:])
