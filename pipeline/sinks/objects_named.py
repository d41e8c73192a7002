"""Safe records as objects, named as Logpush names its own: DATASET/DAY/START_END_ID.log.gz."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from pipeline.delivering import Delivery, Refused, Unavailable
from pipeline.objects import Client, StoreError, client_of
from pipeline.packing import pack
from pipeline.stores import Address, ObjectTarget
from pipeline.uploads import metadata, put

_NAMED = re.compile(r"(?:.*/)?(\d{8})(T\d{6}Z_\d{8}T\d{6}Z)_[0-9a-f]{8}\.[^/]*", re.DOTALL)
_MARK: Final = "edgesieve"
"""Name of the metadata that holds whose object it is."""
_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class ObjectsSink:
    """Writes each delivery to a key of its own: the same delivery to the same key, another never to it."""

    target: ObjectTarget
    """Where keys begin."""

    async def write(self, deliveries: Sequence[Delivery]) -> None:
        """Return once all are stored.

        Raises:
            Refused: the store says that an object is too large.
            Unavailable: it does not take objects now, or not from us.

        """
        for each in deliveries:
            await asyncio.to_thread(self._write, each)

    async def close(self) -> None:
        """Do nothing: the client is shared."""

    def _write(self, delivery: Delivery) -> None:
        body = delivery.member or pack(delivery.body)
        digest = hashlib.sha256(delivery.id.encode()).hexdigest()
        try:
            client = client_of(self.target.store)
            for at in range(0, len(digest), _DIGITS):
                address = self.target.below(key_of(delivery, digest[at : at + _DIGITS])).address
                if self._is_written(client, address, body, digest):
                    return
        except StoreError as error:
            if error.code == "EntityTooLarge":
                raise Refused(str(error), (delivery.id,)) from None
            raise Unavailable(str(error)) from None
        message = f"{self.target.name}: no key is free for this delivery"
        raise Unavailable(message)

    def _is_written(self, client: Client, address: Address, body: bytes, digest: str) -> bool:
        """Write an object unless its key belongs to another delivery."""
        mark = {_MARK: digest}
        if put(client, address, body, mark, only_new=True):
            return True
        if metadata(client, address).get(_MARK) != digest:
            return False
        return put(client, address, body, mark, only_new=False)


def key_of(delivery: Delivery, digits: str) -> str:
    """Name the object of a delivery, by the times in the name of its origin, or by those of its records.

    >>> origin = "s3://raw/20260315T010000Z_20260315T010500Z_1a2b3c4d.log.gz#etag"
    >>> key_of(Delivery("1", origin, "x", "", b"", 0, 0, 0, ""), "0")
    'x/20260315/20260315T010000Z_20260315T010500Z_0.log.gz'
    >>> key_of(Delivery("1", "POST", "backend/requests", "", b"", 0, 1773536400, 1773536700, ""), "0")
    'backend/requests/20260315/20260315T010000Z_20260315T010500Z_0.log.gz'
    """
    found = _NAMED.fullmatch(delivery.origin)
    day, times = (found[1], found[2]) if found else (_spelt(delivery.first)[:8], "")
    times = times or f"{_spelt(delivery.first)[8:]}_{_spelt(delivery.last)}"
    return f"{delivery.dataset}/{day}/{day}{times}_{digits}.log.gz"


def _spelt(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%dT%H%M%SZ")
