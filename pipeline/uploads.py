"""Objects written: small ones at once, with a mark of whose they are; big ones in parts of one size."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from pipeline.base import MIB
from pipeline.objects import Client, StoreError, told
from pipeline.stores import Address

CONTENT_TYPE = "application/json"
"""What Logpush says of its objects, compressed or not."""
PART_BYTES = 8 * MIB
"""Of each part of a big object but the last: R2 wants them equal, S3 wants 5 MiB at least."""
_MOST_PARTS = 10_000


def put(client: Client, address: Address, body: bytes, mark: Mapping[str, str], *, only_new: bool) -> bool:
    """Write an object, with metadata; tell whether it was written, which `only_new` forbids where there is one.

    Raises:
        StoreError: the store refused.

    """
    asked: dict[str, Any] = {"IfNoneMatch": "*"} if only_new else {}
    try:
        with told(address):
            client.put_object(
                Bucket=address.bucket,
                Key=address.key,
                Body=body,
                ContentType=CONTENT_TYPE,
                Metadata=dict(mark),
                **asked,
            )
    except StoreError as error:
        if only_new and error.code == "PreconditionFailed":
            return False
        if only_new and error.code == "NotImplemented":  # an old store: what is there is written over
            return put(client, address, body, mark, only_new=False)
        raise
    return True


def metadata(client: Client, address: Address) -> Mapping[str, str]:
    """Ask what was noted of an object when it was written.

    Raises:
        StoreError: there is none, or we may not see it.

    """
    with told(address):
        found: dict[str, str] = client.head_object(Bucket=address.bucket, Key=address.key)["Metadata"]
    return found


class Upload:
    """An object that is being written, piece by piece: one call if it is small, else parts of one size.

    It takes its name when it is finished, and is whole or not there.
    """

    def __init__(self, client: Client, address: Address) -> None:
        """Begin; nothing is sent yet."""
        self._client = client
        self._address = address
        self._names = {"Bucket": address.bucket, "Key": address.key}
        self._pending = bytearray()
        self._id = ""
        self._parts: list[dict[str, Any]] = []

    def write(self, data: bytes) -> None:
        """Take more bytes, and send what makes a part."""
        self._pending += data
        while len(self._pending) > PART_BYTES:
            self._send(bytes(self._pending[:PART_BYTES]))
            del self._pending[:PART_BYTES]

    def finish(self) -> None:
        """Send the rest, and have the object take its name."""
        rest = bytes(self._pending)
        if not self._id:
            with told(self._address):
                self._client.put_object(**self._names, Body=rest, ContentType=CONTENT_TYPE)
            return
        self._send(rest)
        with told(self._address):
            self._client.complete_multipart_upload(
                **self._names, UploadId=self._id, MultipartUpload={"Parts": self._parts}
            )

    def abandon(self) -> None:
        """Have the store forget the parts; it does so by itself, later, where we may not ask for it."""
        if self._id:
            with suppress(StoreError), told(self._address):
                self._client.abort_multipart_upload(**self._names, UploadId=self._id)

    def _send(self, part: bytes) -> None:
        number = len(self._parts) + 1
        if number > _MOST_PARTS:
            message = f"{self._address}: over {_MOST_PARTS} parts of {PART_BYTES // MIB} MiB; right would be less"
            raise StoreError(message, "EntityTooLarge")
        with told(self._address):
            if not self._id:
                begun = self._client.create_multipart_upload(**self._names, ContentType=CONTENT_TYPE)
                self._id = begun["UploadId"]
            sent = self._client.upload_part(**self._names, UploadId=self._id, PartNumber=number, Body=part)
        self._parts.append({"PartNumber": number, "ETag": sent["ETag"]})
