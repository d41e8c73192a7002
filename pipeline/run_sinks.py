"""The sinks of a live run, made of what it was told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.delivering import Sink
from pipeline.ends import Around, sink_of
from pipeline.ledger import Ledger
from pipeline.routing import Route
from pipeline.run_settings import SinkPlace
from pipeline.run_threads import Thread
from pipeline.sinks.rolling import Rolling, RollingFiles
from pipeline.where import parse_where


@dataclass(frozen=True, slots=True)
class Means:
    """What sinks are given beside the configuration."""

    ledger: Ledger
    thread: Thread
    clock: Callable[[], float]
    around: Around


async def _files(place: SinkPlace, means: Means) -> Sink:
    name = f"files of {place.name}"

    async def keep(value: bytes) -> None:
        await means.thread.run(means.ledger.keep, name, value)

    said = place.said
    sink = RollingFiles(Rolling(Path(said["path"]), said["rotate_bytes"], said["compression"]), keep, means.clock)
    await sink.open(await means.thread.run(means.ledger.kept, name))
    return sink


async def made(place: SinkPlace, means: Means) -> Sink:
    """Make a sink.

    Raises:
        ConfigurationError: what it wrote before is not as it was left, or a secret is not there.
        OSError: it cannot be opened.

    """
    return await _files(place, means) if place.said["kind"] == "files" else sink_of(place.said, means.around)


def route_of(place: SinkPlace) -> Route:
    """Return what a sink wants."""
    said: Mapping[str, Any] = place.said
    return Route(
        place.name,
        frozenset(said["datasets"]),
        frozenset(said["zones"]),
        parse_where(said["where"]) if said["where"] else None,
        said["sample"],
        frozenset(said["drop_fields"]),
    )


async def closed(sinks: Mapping[str, Sink]) -> None:
    """Close all, whatever becomes of one."""
    await asyncio.gather(*(sink.close() for sink in sinks.values()), return_exceptions=True)
