"""The configuration of a live run as pydantic models: what is listened to, where safe records go, spool and metrics."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from pipeline.config_flow import Auth, SinkChoices, SourceChoices
from pipeline.config_types import Section, Size, wrong

_LISTEN = re.compile(r"(?:[^\s:]+|\[[0-9a-fA-F:]+\]):([0-9]{1,5})")
_MOST_PORT = 65_535


def _listen(value: str) -> str:
    found = _LISTEN.fullmatch(value)
    if found is None or int(found[1]) > _MOST_PORT:
        message = 'not an address to listen on; right would be HOST:PORT, as in "127.0.0.1:8080"'
        raise wrong(message)
    return value


Listen = Annotated[str, AfterValidator(_listen)]


class Tls(Section):
    """A certificate and its key."""

    cert: str = Field(description="PEM file of the certificate and those above it; relative to this file.")
    key: str = Field(description="PEM file of its private key; relative to this file.")


class HttpSource(SourceChoices):
    """A place that a log job pushes to."""

    kind: Literal["http"] = Field(description="What kind of source this is.")
    listen: Listen = Field(description="Address to listen on; POST /logpush[/DATASET[/ZONE]].")
    protocol: Literal["logpush"] = Field(default="logpush", description="Who sends.")
    auth: list[Auth] = Field(default_factory=list, description="Secrets of which one must come with each upload.")
    tls: Tls | None = Field(default=None, description="Certificate, where nothing in front of us has one.")


class FilesSink(SinkChoices):
    """Files in a folder."""

    kind: Literal["files"] = Field(description="What kind of sink this is.")
    path: str = Field(description="Folder; relative to this file.")
    rotate_bytes: Size = Field(default=256_000_000, description="A file that is so long is closed.")
    compression: Literal["gzip", "zstd", "none"] = Field(default="gzip", description="Of the files.")


class SpoolChoices(Section):
    """What was acknowledged and is not delivered yet."""

    dir: str = Field(default="spool", description="Folder; relative to this file.")
    max_bytes: Size = Field(default=20_000_000_000, description="What it may hold; beyond it new batches are refused.")


class MetricsChoices(Section):
    """Where metrics and health are served."""

    listen: Listen = Field(default="127.0.0.1:9464", description="Address to listen on.")
