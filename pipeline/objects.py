"""Objects of S3, R2 and their like: a client for a store, and the few calls that are made: get, head, list."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from boto3.session import Session
from botocore.client import BaseClient
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session as BotocoreSession

from pipeline.stores import Address, Store

Client = BaseClient

READ_BYTES = 1 << 18
_READ_TRIES = 5
"""How often a stream that breaks off is taken up again without a byte of progress."""
_AWS = (".amazonaws.com", ".amazonaws.com.cn")
_REGION = re.compile(r"\.([a-z]{2}-[a-z-]+-[0-9])\.amazonaws\.com")
_HINTS = {
    "NoSuchBucket": "right would be a bucket that exists there; see also the endpoint",
    "NoSuchKey": "no such object",
    "404": "no such object or bucket; see also the endpoint",
    "AccessDenied": "right would be credentials that may do this: docs/objects.md has the policy",
    "403": "right would be credentials that may do this: docs/objects.md has the policy",
    "InvalidAccessKeyId": "right would be a key of this store; see also the endpoint",
    "SignatureDoesNotMatch": "right would be the secret of this key, and the region of this store",
    "NoCredentialsError": "right would be keys in the environment, a profile, or the machine's role",
}


class StoreError(Exception):
    """A store refused, or was not there: says which object, what the store said, and what would be right."""

    def __init__(self, message: str, code: str) -> None:
        """Take a message for people, and the store's word for what was wrong."""
        super().__init__(message)
        self.code = code

    @property
    def is_gone(self) -> bool:
        """Tell whether there is no such object any more, or only another version of it."""
        return self.code in ("NoSuchKey", "404", "PreconditionFailed")


@dataclass(frozen=True, slots=True)
class Listed:
    """An object as a listing shows it."""

    key: str
    size: int
    etag: str
    """Without quotes."""
    modified: int
    """Seconds since 1970, by the store's clock."""


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a listing."""

    objects: tuple[Listed, ...]
    folders: tuple[str, ...]
    """Where the keys below the next "/" begin; only where the listing was asked for one level."""


@lru_cache(maxsize=16)
def client_of(store: Store, service: str = "s3") -> BaseClient:
    """Return a client for a store; the same for the same store, and for all threads.

    Raises:
        StoreError: it cannot be made of what is said.

    """
    with told(store.endpoint or service):
        session = _session(store)
        client = _client(session, store.endpoint or None, service, aws=True)
        if client.meta.endpoint_url.partition("//")[2].partition(":")[0].rstrip("/").endswith(_AWS):
            return client
        return _client(session, client.meta.endpoint_url, service, aws=False)


def _client(session: Session, endpoint: str | None, service: str, *, aws: bool) -> BaseClient:
    # Other stores than AWS may refuse the checksums that its clients add, and know no names of hosts made of buckets.
    elsewhere: dict[str, Any] = {
        "request_checksum_calculation": "when_required",
        "response_checksum_validation": "when_required",
        "s3": {"addressing_style": "path"},
    }
    config = Config(
        connect_timeout=10,
        read_timeout=60,
        retries={"mode": "standard", "max_attempts": 5},
        user_agent_extra="edgesieve",
        **({} if aws else elsewhere),
    )
    named = _REGION.search(endpoint or "")
    region = named[1] if named else session.region_name or ("us-east-1" if aws else "auto")
    return session.client(service, region_name=region, endpoint_url=endpoint, config=config)


def _session(store: Store) -> Session:
    how, _, what = store.credentials.partition(":")
    if how == "profile":
        return Session(profile_name=what)
    if how == "env":
        names = what.split(",")
        missing = [name for name in names if not os.environ.get(name)]
        if missing:
            message = f"credentials: {' and '.join(missing)} not set; right would be a key in the environment"
            raise StoreError(message, "NoCredentialsError")
        return Session(os.environ[names[0]], os.environ[names[1]])
    if how == "role":
        return Session(botocore_session=_assuming(what))
    return Session()


def _assuming(role: str) -> BotocoreSession:
    """Return a session that acts for a role; its keys are asked for anew before they end."""
    here, there = BotocoreSession(), BotocoreSession()
    fetcher = AssumeRoleCredentialFetcher(
        here.create_client, here.get_credentials(), role, {"RoleSessionName": "edgesieve"}
    )
    there.get_component("credential_provider").insert_before("env", _Role(fetcher.fetch_credentials))
    return there


@dataclass(frozen=True, slots=True)
class _Role:
    """What botocore asks for credentials first."""

    fetch: Callable[[], dict[str, Any]]
    METHOD: str = "assume-role"
    CANONICAL_NAME: str = "edgesieve-role"

    def load(self) -> DeferredRefreshableCredentials:
        """Return the role's keys."""
        return DeferredRefreshableCredentials(self.fetch, self.METHOD)


@contextmanager
def told(place: object) -> Iterator[None]:
    """Word what a store refuses. What it says beyond its code is left out: it may quote what it was sent."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", "unknown"))
        raise StoreError(_worded(place, code), code) from None
    except BotoCoreError as error:
        name = type(error).__name__
        raise StoreError(_worded(place, name), name) from None


def _worded(place: object, code: str) -> str:
    return f"{place}: {code}" + (f"; {_HINTS[code]}" if code in _HINTS else "")


def head(client: BaseClient, address: Address) -> Listed:
    """Ask for size and tag of one object.

    Raises:
        StoreError: there is none, or we may not see it.

    """
    with told(address):
        found = client.head_object(Bucket=address.bucket, Key=address.key)
    modified: datetime = found["LastModified"]
    return Listed(address.key, found["ContentLength"], found["ETag"].strip('"'), int(modified.timestamp()))


def pages(client: BaseClient, below: Address, *, after: str = "", one_level: bool = False) -> Iterator[Page]:
    """List objects in the order of their keys, a thousand at a time; only those behind `after`.

    Raises:
        StoreError: the listing was refused, or broke off.

    """
    asked: dict[str, Any] = {"Bucket": below.bucket, "Prefix": below.key}
    asked |= {"Delimiter": "/"} if one_level else {}
    asked |= {"StartAfter": after} if after else {}
    while True:
        with told(below):
            found = client.list_objects_v2(**asked)
        yield Page(
            tuple(
                Listed(each["Key"], each["Size"], each["ETag"].strip('"'), int(each["LastModified"].timestamp()))
                for each in found.get("Contents", ())
            ),
            tuple(each["Prefix"] for each in found.get("CommonPrefixes", ())),
        )
        if not found.get("IsTruncated"):
            return
        asked["ContinuationToken"] = found["NextContinuationToken"]


def chunks(client: BaseClient, address: Address, etag: str = "") -> Iterator[bytes]:
    """Yield an object's bytes as they are stored; a stream that breaks off is taken up where it was.

    With `etag`, only of the version that it names.

    Raises:
        StoreError: the object is gone or has changed, or the store does not answer.

    """
    at, tries = 0, 0
    while True:
        asked: dict[str, Any] = {"Bucket": address.bucket, "Key": address.key}
        asked |= {"IfMatch": f'"{etag}"'} if etag else {}
        asked |= {"Range": f"bytes={at}-"} if at else {}
        try:
            with told(address):
                answer = client.get_object(**asked)
                etag = etag or answer["ETag"].strip('"')
                with closing(answer["Body"]) as body:  # entered as itself it would not notice a missing end
                    while chunk := body.read(READ_BYTES):
                        yield chunk
                        at, tries = at + len(chunk), 0
        except StoreError as error:
            if error.code == "InvalidRange":  # it broke off right behind the last byte
                return
            tries += 1
            if error.code not in _BROKEN_OFF or tries == _READ_TRIES:
                raise
        else:
            return


_BROKEN_OFF = ("IncompleteReadError", "ReadTimeoutError", "ResponseStreamingError", "ConnectionClosedError")
"""What botocore calls a stream that ends before its end."""
