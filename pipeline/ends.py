"""The ends of a live run, made of what the configuration says: object stores, services that take logs, findings."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.arriving.cursor import Cursor
from pipeline.arriving.queues import queue_of
from pipeline.credentials import headers_of, secret_of
from pipeline.delivering import Sink
from pipeline.posting import Poster
from pipeline.producing import Producer
from pipeline.service_sink import ServiceSink
from pipeline.settings import FileSource
from pipeline.sinks import loki
from pipeline.sinks.alertmanager import ALERTS, AlertSink
from pipeline.sinks.datadog import DATADOG
from pipeline.sinks.http import HTTP, WEBHOOK
from pipeline.sinks.kafka import RECORDS, KafkaSink
from pipeline.sinks.objects_named import ObjectsSink
from pipeline.sources.objects_arriving import PAUSE, PAUSE_WITH_QUEUE, ObjectsSource
from pipeline.stores import ObjectTarget, Store, address_of

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


@dataclass(frozen=True, slots=True)
class Around:
    """What the ends need to know beyond their tables."""

    folder: Path
    """Of the configuration: files of secrets are relative to it."""
    state: Path
    """Folder for what is kept over restarts."""
    time_fields: Mapping[str, str]
    """By dataset, the field that holds a record's time."""


def sink_of(said: Said, around: Around) -> Sink:
    """Return the sink that a table means.

    Raises:
        ConfigurationError: a secret is not there.

    """
    return _SINKS[said["kind"]](said, around)


def findings_sink_of(said: Said, around: Around) -> Sink:
    """Return where findings go, which come as deliveries of a JSON object a line; `resend` of an AlertSink runs beside.

    Raises:
        ConfigurationError: a secret is not there, or what was kept is not readable.

    """
    return _FINDINGS[said["kind"]](said, around)


def _objects(said: Said, _: Around) -> Sink:
    return ObjectsSink(ObjectTarget(address_of(said["uri"]), Store(said["endpoint"] or "", said["credentials"])))


def _http(said: Said, around: Around) -> Sink:
    return ServiceSink(HTTP, _poster(said, around))


def _loki(said: Said, around: Around) -> Sink:
    url = said["url"].rstrip("/")
    url = url if url.endswith(loki.PUSH) else url + loki.PUSH
    return ServiceSink(loki.adapter(around.time_fields), Poster(url, headers_of(said["auth"], around.folder)))


def _datadog(said: Said, around: Around) -> Sink:
    return ServiceSink(DATADOG, Poster(said["url"], {"DD-API-KEY": secret_of(said["api_key"], around.folder)}))


def _kafka(said: Said, _: Around) -> Sink:
    return KafkaSink(Producer(said["brokers"], said["topic"]))


def _webhook(said: Said, around: Around) -> Sink:
    return ServiceSink(WEBHOOK, _poster(said, around))


def _kafka_findings(said: Said, _: Around) -> Sink:
    return KafkaSink(Producer(said["brokers"], said["topic"]), RECORDS)


def _alertmanager(said: Said, around: Around) -> Sink:
    name = hashlib.blake2b(said["url"].encode(), digest_size=8).hexdigest()
    poster = Poster(said["url"].rstrip("/") + ALERTS, headers_of(said["auth"], around.folder))
    sink = AlertSink(poster, around.state / f"alerts-{name}.json", time.time)
    sink.load()
    return sink


def _poster(said: Said, around: Around) -> Poster:
    return Poster(said["url"], headers_of(said["auth"], around.folder))


_SINKS: Mapping[str, Callable[[Said, Around], Sink]] = {
    "objects": _objects,
    "http": _http,
    "loki": _loki,
    "datadog": _datadog,
    "kafka": _kafka,
}
_FINDINGS: Mapping[str, Callable[[Said, Around], Sink]] = {
    "webhook": _webhook,
    "alertmanager": _alertmanager,
    "kafka": _kafka_findings,
}
