"""Messages that tell of new objects, from S3 (as they are, or by SNS) and from R2: which objects they name."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

import orjson

Value = Any

_CREATED = ("PutObject", "CopyObject", "CompleteMultipartUpload")


@dataclass(frozen=True, slots=True)
class Told:
    """An object that a message names."""

    bucket: str
    key: str
    etag: str
    """Without quotes."""
    size: int


def objects_in(message: Value) -> list[Told] | None:
    """Return the objects that a message tells were made; None if it is no such message.

    A message is text, perhaps in base64, or JSON that was read already. S3 spells keys as in a URL, R2 as they are.
    """
    said = _json(message)
    if not isinstance(said, dict):
        return None
    try:
        if isinstance(said.get("Message"), str):
            return objects_in(said["Message"])
        if said.get("Event") == "s3:TestEvent":
            return []
        return [*(_of_s3(said["Records"]) if "Records" in said else _of_r2(said))]
    except (KeyError, TypeError, AttributeError):
        return None


def _of_s3(records: Value) -> Iterator[Told]:
    for each in records:
        if "ObjectCreated:" in each["eventName"]:
            found = each["s3"]["object"]
            yield Told(
                each["s3"]["bucket"]["name"],
                unquote_plus(found["key"]),
                found["eTag"].strip('"'),
                int(found.get("size", 0)),
            )


def _of_r2(said: dict[str, Value]) -> Iterator[Told]:
    found = said["object"]
    if said["action"] in _CREATED:
        yield Told(said["bucket"], found["key"], found["eTag"].strip('"'), int(found["size"]))


def _json(message: Value) -> Value:
    if not isinstance(message, str):
        return message
    for text in (message.encode(), _from_base64(message)):
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            continue
    return None


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
