"""A run with a source that is read and a sink of findings, both made up: `python -m tests.live.ends`, in a folder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.base import Batch
from pipeline.cli.run import given_by
from pipeline.cli.say import say
from pipeline.delivering import Delivery, Received, Unavailable
from pipeline.detecting import detection_of
from pipeline.judge_state import judge_state
from pipeline.run import serve
from pipeline.run_build import Ends


@dataclass
class FolderSource:
    """Yields each file of a folder, and then nothing until it is closed."""

    folder: Path
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def batches(self) -> AsyncIterator[Received]:
        """Yield batches that are told by an empty file beside them."""
        for path in sorted(self.folder.glob("*.gz")):

            async def done(path: Path = path) -> None:
                path.with_suffix(".done").touch()

            yield Received(Batch((path.read_bytes(),), f"raw/{path.name}", "http_requests"), done)
        await self.closed.wait()

    async def close(self) -> None:
        """End."""
        self.closed.set()


@dataclass
class FileSink:
    """Takes all but the first call."""

    path: Path
    calls: int = 0

    async def write(self, deliveries: Sequence[Delivery]) -> None:
        """Append the bodies of deliveries of findings."""
        self.calls += 1
        if self.calls == 1:
            message = "not yet"
            raise Unavailable(message)
        assert {each.dataset for each in deliveries} == {"findings"}
        with self.path.open("ab") as file:
            file.writelines(each.body for each in deliveries)

    async def close(self) -> None:
        """Close nothing."""


def main() -> None:
    """Run until SIGTERM."""
    config = Path("edge.toml")
    given = given_by(config)
    ends = Ends([FolderSource(Path("raw"))], {"made-up": FileSink(Path("sent.ndjson"))})
    with judge_state(given.live.state, detection_of(given.parts)) as state:
        asyncio.run(serve(given, lambda: given_by(config), state, say, ends))


if __name__ == "__main__":
    main()
