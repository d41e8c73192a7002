"""The configuration of what lies outside, as pydantic models: object stores, services that take logs, findings."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from pipeline.config_flow import REFERENCE, Auth, SinkChoices, SourceChoices
from pipeline.config_types import Date, Section, wrong
from pipeline.stores import are_credentials, parse

_SECRET = re.compile(REFERENCE)
_URL = re.compile(r"https?://[^\s/?#@]+(?:[/?][^\s#]*)?")
_NOTIFY = re.compile(r"sqs:https?://\S+|r2:[0-9A-Za-z_-]+/[0-9A-Za-z_-]+")
_BROKER = re.compile(r"(?:[^\s:,]+|\[[0-9a-fA-F:]+\]):[0-9]{1,5}")


def _uri(value: str) -> str:
    if parse(value) is None:
        message = (
            'no address of objects; right would be s3://BUCKET/ and how their keys begin, as in "s3://raw-logs/shop/"'
        )
        raise wrong(message)
    return value


def _credentials(value: str) -> str:
    if not are_credentials(value):
        message = (
            'not a way to get keys; right would be "default", "profile:NAME", "role:ARN" or "env:ID_VAR,SECRET_VAR"'
        )
        raise wrong(message)
    return value


def _url(value: str) -> str:
    if not _URL.fullmatch(value):
        message = "no URL; right would begin with https:// or http://, without a user in it"
        raise wrong(message)
    return value


def _notify(value: str) -> str:
    if value and not _NOTIFY.fullmatch(value):
        message = 'not a queue; right would be "sqs:URL" or "r2:ACCOUNT/QUEUE"'
        raise wrong(message)
    return value


def _reference(value: str) -> str:
    if not _SECRET.fullmatch(value):
        message = 'not where a secret is; right would be "env:VARIABLE" or "file:PATH"'
        raise wrong(message)
    return value


def _broker(value: str) -> str:
    if not _BROKER.fullmatch(value):
        message = 'no broker; right would be HOST:PORT, as in "127.0.0.1:9092"'
        raise wrong(message)
    return value


Uri = Annotated[str, AfterValidator(_uri)]
Credentials = Annotated[str, AfterValidator(_credentials)]
Url = Annotated[str, AfterValidator(_url)]
Notify = Annotated[str, AfterValidator(_notify)]
SecretReference = Annotated[str, AfterValidator(_reference)]
Broker = Annotated[str, AfterValidator(_broker)]

_URI = Field(description="s3://BUCKET/ and how keys begin.")
_ENDPOINT = Field(default=None, description="URL of the store, where it is not AWS; else AWS_ENDPOINT_URL.")
_CREDENTIALS = Field(default="default", description="default, profile:NAME, role:ARN, or env:ID_VAR,SECRET_VAR.")
_URL_FIELD = Field(description="Where it is posted.")
_AUTH_FIELD: Any = Field(
    default_factory=list, description="What goes with each request: secrets by environment or file."
)
_BROKERS = Field(min_length=1, description="HOST:PORT of brokers to begin with.")
_TOPIC = Field(description="Topic.")


class ObjectsSource(SourceChoices):
    """Raw logs in an object store."""

    kind: Literal["objects"] = Field(description="What kind of source this is.")
    uri: Uri = _URI
    endpoint: Url | None = _ENDPOINT
    credentials: Credentials = _CREDENTIALS
    since: Date | None = Field(default=None, description="The first day, in UTC, of the objects that are read.")
    notify: Notify = Field(default="", description="Queue that tells of new objects: sqs:URL or r2:ACCOUNT/QUEUE.")


class ObjectsSink(SinkChoices):
    """Objects, named as Logpush names them."""

    kind: Literal["objects"] = Field(description="What kind of sink this is.")
    uri: Uri = _URI
    endpoint: Url | None = _ENDPOINT
    credentials: Credentials = _CREDENTIALS


class HttpSink(SinkChoices):
    """NDJSON by POST."""

    kind: Literal["http"] = Field(description="What kind of sink this is.")
    url: Url = _URL_FIELD
    auth: list[Auth] = _AUTH_FIELD


class LokiSink(SinkChoices):
    """Grafana Loki."""

    kind: Literal["loki"] = Field(description="What kind of sink this is.")
    url: Url = Field(description="Of the server, or of its push API.")
    auth: list[Auth] = _AUTH_FIELD


class DatadogSink(SinkChoices):
    """Datadog's logs intake."""

    kind: Literal["datadog"] = Field(description="What kind of sink this is.")
    api_key: SecretReference = Field(description="API key, by environment or file.")
    url: Url = Field(
        default="https://http-intake.logs.datadoghq.com/api/v2/logs", description="Intake of your Datadog site."
    )


class KafkaSink(SinkChoices):
    """A Kafka topic."""

    kind: Literal["kafka"] = Field(description="What kind of sink this is.")
    brokers: list[Broker] = _BROKERS
    topic: str = _TOPIC


class FileFindings(Section):
    """Findings in a file."""

    kind: Literal["file"] = Field(description="What kind of place this is.")
    path: str = Field(description="File of findings, a JSON object a line; relative to this file.")


class WebhookFindings(Section):
    """Findings by POST."""

    kind: Literal["webhook"] = Field(description="What kind of place this is.")
    url: Url = _URL_FIELD
    auth: list[Auth] = _AUTH_FIELD


class AlertmanagerFindings(Section):
    """Open findings as alerts."""

    kind: Literal["alertmanager"] = Field(description="What kind of place this is.")
    url: Url = Field(description="Of the server.")
    auth: list[Auth] = _AUTH_FIELD


class KafkaFindings(Section):
    """Findings in a Kafka topic."""

    kind: Literal["kafka"] = Field(description="What kind of place this is.")
    brokers: list[Broker] = _BROKERS
    topic: str = _TOPIC


AnyFindings = Annotated[
    FileFindings | WebhookFindings | AlertmanagerFindings | KafkaFindings, Field(discriminator="kind")
]
