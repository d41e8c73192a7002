"""Grafana Loki's push API. Limits and answers: grafana.com/docs/loki, "Loki HTTP API" and "limits_config"."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import orjson

from detectors.sights import NANOSECONDS, time_ms
from pipeline.delivering import Delivery
from pipeline.pieces import Bounds
from pipeline.posting import Answer
from pipeline.service_sink import Adapter

PUSH = "/loki/api/v1/push"
_NANOSECONDS = 1_000_000_000

_REASONS = {
    b"too old": "records older than it takes (reject_old_samples_max_age), or than what its stream has already",
    b"too far behind": "records too far behind what their stream has already (max_chunk_age)",
    b"max length": "a record longer than it takes (max_line_size)",
    b"line too long": "a record longer than it takes (max_line_size)",
    b"too new": "records from the future",
    b"ahead of": "records from the future",
}
"""What Loki says of entries, and what it means; the entries around those that it complains of were taken."""


def adapter(time_fields: Mapping[str, str]) -> Adapter:
    """Return what Loki wants; its time of a record is in the field that the dataset names."""
    return Adapter(
        bounds=Bounds(piece_bytes=1_000_000, records=10_000, record_bytes=255_000, between=40),  # below 256 KB a line
        frame=_framing(time_fields),
        content_type="application/json",
        right=frozenset({200, 204}),
        final=frozenset({400, 413, 422}),
        explain=explain,
    )


def explain(answer: Answer) -> str:
    """Say what is wrong, in words of ours: Loki quotes labels and lines."""
    return next((reason for words, reason in _REASONS.items() if words in answer.body), "")


def _framing(time_fields: Mapping[str, str]) -> Callable[[Delivery, Sequence[bytes]], bytes]:
    def frame(delivery: Delivery, records: Sequence[bytes]) -> bytes:
        """Make one stream: its labels are few and never of a record."""
        labels = {"job": "edgesieve", "dataset": delivery.dataset, "zone": delivery.zone}
        field = time_fields.get(delivery.dataset, "")
        values = [[str(_time(record, field) or delivery.first * _NANOSECONDS), record.decode()] for record in records]
        return orjson.dumps(
            {"streams": [{"stream": {name: value for name, value in labels.items() if value}, "values": values}]}
        )

    return frame


def _time(record: bytes, field: str) -> int:
    """Return nanoseconds since 1970; 0 where the record says no time."""
    said = orjson.loads(record)
    value = said.get(field) if isinstance(said, dict) else None
    if isinstance(value, int) and value >= NANOSECONDS:
        return value
    return time_ms(value) * 1_000_000
