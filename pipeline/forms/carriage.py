"""Records of any form on their way through the passage, as lines of JSON, and back into the form they came in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pipeline.base import DeadLetter
from pipeline.codec import BLOCK_BYTES, Block, Skipped
from pipeline.forms.parts import Close, Dead, Form, Frame, Item, Open, Part, Pause
from pipeline.passage import Passage
from redactors.base import Tally

Piece = tuple[bytes, tuple[DeadLetter, ...]]
"""Safe bytes, and the letters of what died among them."""


class Carriage:
    """One batch on its way. Separators go with the record behind them, so that what is left is whole."""

    def __init__(self, records: Passage, aside: Passage) -> None:
        """Take the passage of the records, and that of what stands beside them."""
        self._records = records
        self._aside = aside
        self._lead: bytes | None = None
        """Framing before the first of what is open, dead or alive."""
        self._alive = False
        """Something of what is open has left."""
        self._bytes_in = 0
        self._bytes_out = 0

    def carry(self, form: Form, pieces: Iterable[bytes]) -> Iterator[Piece]:
        """Make a stream of this form safe, a block at a time; where the source pauses, what there is."""
        held: list[Part] = []
        size = 0
        for part in form.parts(self._counted(pieces)):
            if isinstance(part, Pause):
                size = BLOCK_BYTES
            else:
                held.append(part)
                size += len(part.text) if isinstance(part, Item) else 0
            if held and size >= BLOCK_BYTES:
                yield self._deliver(held)
                held.clear()
                size = 0
        if held:
            yield self._deliver(held)

    def tally(self) -> Tally:
        """Return the count of the whole batch."""
        tally, aside = self._records.tally(), self._aside.tally()
        # What stands beside the records is no record: only what died there counts as one that came and did not leave.
        for key in [key for key in aside.records if key[1] != "dead"]:
            del aside.records[key]
        aside.lines = aside.dead.total()
        tally.merge(aside)
        tally.bytes_in, tally.bytes_out = self._bytes_in, self._bytes_out
        return tally

    def _counted(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self._bytes_in += len(piece)
            yield piece

    def _deliver(self, parts: Sequence[Part]) -> Piece:
        letters: list[DeadLetter] = []
        safe: dict[int, bytes] = {}
        for passage, aside in ((self._records, False), (self._aside, True)):
            places = [at for at, part in enumerate(parts) if isinstance(part, Item) and part.aside is aside]
            _pass(passage, parts, places, safe, letters)
        for part in parts:
            if isinstance(part, Dead):
                letters += self._records.skip(Skipped(part.line, part.offset, part.reason))[1]
        body = b"".join(self._write(part, safe.get(at)) for at, part in enumerate(parts))
        self._bytes_out += len(body)
        return body, tuple(sorted(letters, key=lambda letter: letter.offset))

    def _write(self, part: Part, safe: bytes | None) -> bytes:
        if isinstance(part, Item | Open | Dead) and self._lead is None:
            self._lead = part.lead
        if isinstance(part, Item):
            made = None if safe is None else part.write(safe)
            return b"" if made is None else self._separate(part.lead) + made
        if isinstance(part, Open):
            made = self._separate(part.lead) + part.data
            self._lead, self._alive = None, False
            return made
        if isinstance(part, Close):
            made = part.data if self._alive else part.data.replace(b",", b"")
            self._alive = True
            return made
        return part.data if isinstance(part, Frame) and (self._alive or not part.behind) else b""

    def _separate(self, lead: bytes) -> bytes:
        """Return the framing before what leaves now; the first that leaves stands where the first stood."""
        framing = lead if self._alive else self._lead or b""
        self._alive = True
        return framing


def _pass(
    passage: Passage, parts: Sequence[Part], places: Sequence[int], safe: dict[int, bytes], letters: list[DeadLetter]
) -> None:
    """Send the items at these places through a passage; note what is safe and what died."""
    items = [part for part in map(parts.__getitem__, places) if isinstance(part, Item)]
    if not items:
        return
    block = Block(b"".join(item.text + b"\n" for item in items), 1, 0)
    body, dead = passage.block(block, [item.line for item in items])
    gone = {letter.line - 1 for letter in dead}
    letters += [
        replace(letter, line=item.line, offset=item.offset) for letter in dead for item in [items[letter.line - 1]]
    ]
    alive = [at for number, at in enumerate(places) if number not in gone]
    # Fails where the passage gave another number of lines than it should: then nothing of the block leaves.
    safe.update(zip(alive, body.split(b"\n")[:-1], strict=True))
