"""NDJSON by POST to anything that takes it; and findings to a webhook, as a JSON array."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from pipeline.delivering import Delivery
from pipeline.pieces import Bounds
from pipeline.service_sink import Adapter

_RIGHT = frozenset({200, 201, 202, 204})
_FINAL = frozenset({400, 413, 415, 422})
_PIECE_BYTES = 5_000_000
_FINDINGS = 100


def _lines(_: Delivery, records: Sequence[bytes]) -> bytes:
    return b"\n".join(records) + b"\n"


def _array(_: Delivery, records: Sequence[bytes]) -> bytes:
    return b"[" + b",".join(records) + b"]"


def _query(delivery: Delivery) -> str:
    said = {"dataset": delivery.dataset, "zone": delivery.zone, "policy": delivery.policy}
    return urlencode({name: value for name, value in said.items() if value})


HTTP = Adapter(
    bounds=Bounds(piece_bytes=_PIECE_BYTES, records=100_000, record_bytes=_PIECE_BYTES),
    frame=_lines,
    content_type="application/x-ndjson",
    right=_RIGHT,
    final=_FINAL,
    query=_query,
)
WEBHOOK = Adapter(
    bounds=Bounds(piece_bytes=_PIECE_BYTES, records=_FINDINGS, record_bytes=_PIECE_BYTES),
    frame=_array,
    content_type="application/json",
    right=_RIGHT,
    final=_FINAL,
    is_compressed=False,
)
