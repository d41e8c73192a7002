"""Stand-ins that obey the contracts of what they stand for, and can be told to misbehave."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

from pipeline.base import Batch, DeadLetter, InputError, Limits, Outcome
from pipeline.codec import Block, Deflater, blocks, inflate, sniff
from redactors.base import ConfigurationError, Tally

LIMITS = Limits(body_bytes=None, inflated_bytes=None)


class PlainEngine:
    """Passes lines on as they are, but does what some say.

    `!…` is a dead letter; `fault` a fault of the program that would quote the line; `die` kills the process;
    `wait PATH` waits until someone has opened the pipe of that name for writing and closed it; `open PATH` does that.
    `{"once":"PATH"}` kills the process where there is no file of that name, and makes one.
    """

    def process(self, batch: Batch, compression: str | None = None) -> Iterator[Outcome]:
        """Make an outcome of each line."""
        found, chunks = sniff(batch.chunks)
        deflater, tally, line = Deflater(compression or found), Tally(), 0
        try:
            for each in blocks(inflate(chunks, LIMITS), LIMITS):
                for text in each.lines() if isinstance(each, Block) else ():
                    line += 1
                    yield self._outcome(batch.origin, line, text, deflater, tally)
        except InputError as error:
            yield Outcome(b"", (DeadLetter(batch.origin, line, 0, error.reason),))
        yield Outcome(deflater.finish(), (), tally, last=True)

    def _outcome(self, origin: str, line: int, text: bytes, deflater: Deflater, tally: Tally) -> Outcome:
        if text.startswith(b"!"):
            tally.dead["not_json"] += 1
            return Outcome(b"", (DeadLetter(origin, line, 0, "not_json"),))
        if text == b"fault":
            raise KeyError(text)
        if text == b"die" or (text.startswith(b'{"once":"') and _is_first(Path(os.fsdecode(text[9:-2])))):
            os.kill(os.getpid(), signal.SIGKILL)
        if text.startswith(b"wait "):
            Path(os.fsdecode(text[5:])).read_bytes()
        if text.startswith(b"open "):
            Path(os.fsdecode(text[5:])).write_bytes(b"")
        tally.lines += bool(text)
        return Outcome(deflater.feed(text + b"\n") if text else b"")


def _is_first(path: Path) -> bool:
    """Tell whether there was no such file; there is one now."""
    first = not path.exists()
    path.touch()
    return first


def make_plain_engine() -> PlainEngine:
    """Make an engine, in whichever process."""
    return PlainEngine()


def refuse_to_make_an_engine() -> PlainEngine:
    """Find the configuration wrong."""
    message = "policy: wrong"
    raise ConfigurationError(message)


def die_instead_of_making_an_engine() -> PlainEngine:
    """Be killed at the start."""
    os.kill(os.getpid(), signal.SIGKILL)
    return PlainEngine()
