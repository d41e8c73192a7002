"""Datadog's logs intake, version 2. Limits and answers: docs.datadoghq.com/api/latest/logs, "Send logs"."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from pipeline.delivering import Delivery
from pipeline.pieces import Bounds
from pipeline.service_sink import Adapter


def _array(_: Delivery, records: Sequence[bytes]) -> bytes:
    return b"[" + b",".join(records) + b"]"


def _query(delivery: Delivery) -> str:
    """Say what all logs of a request have in common; Datadog chooses its pipeline by the source.

    >>> _query(Delivery("1", "o", "http_requests", "shop.example", b"", 0, 0, 0, "p"))
    'ddsource=cloudflare&ddtags=dataset%3Ahttp_requests%2Czone%3Ashop.example'
    """
    source, _, _ = delivery.dataset.rpartition("/")
    tags = [f"dataset:{delivery.dataset}", *([f"zone:{delivery.zone}"] if delivery.zone else [])]
    return urlencode({"ddsource": source or "cloudflare", "ddtags": ",".join(tags)})


DATADOG = Adapter(
    bounds=Bounds(piece_bytes=4_900_000, records=1000, record_bytes=999_000),  # below 5 MB, 1000 and 1 MB
    frame=_array,
    content_type="application/json",
    right=frozenset({200, 202}),
    final=frozenset({400, 413}),
    query=_query,
)
