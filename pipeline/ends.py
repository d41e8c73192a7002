"""The ends of a live run, made of what the configuration says: object stores, services that take logs, findings."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pipeline.arriving.cursor import Cursor
from pipeline.arriving.queues import queue_of
from pipeline.settings import FileSource
from pipeline.sources.objects_arriving import PAUSE, PAUSE_WITH_QUEUE, ObjectsSource
from pipeline.stores import Store, address_of

Said = Mapping[str, Any]
"""A table of the configuration, by its keys, checked."""


def objects_source(said: Said, state: Path, body_bytes: int, tell: Callable[[str], None]) -> ObjectsSource:
    """Return the source that a table of kind `objects` means; what it has read is kept in the folder `state`.

    Raises:
        ConfigurationError: what was kept is not readable.
        Unavailable: what proves who we are to the queue is missing.

    """
    store = Store(said["endpoint"] or "", said["credentials"])
    name = hashlib.blake2b(f"{store.endpoint}\0{said['uri']}".encode(), digest_size=8).hexdigest()
    batches = FileSource(
        said["uri"],
        said["dataset"],
        said["zone"],
        tuple(said["columns"]),
        said["rename"],
        redacted=said["redacted"],
        sample_rate=said["sample_rate"],
        store=store,
    )
    return ObjectsSource(
        address=address_of(said["uri"]),
        said=batches,
        cursor=Cursor(state / f"objects-{name}.sqlite"),
        body_bytes=body_bytes,
        clock=time.time,
        tell=tell,
        since=said["since"] or "",
        queue=queue_of(said["notify"], said["credentials"]) if said["notify"] else None,
        pause=PAUSE_WITH_QUEUE if said["notify"] else PAUSE,
    )
