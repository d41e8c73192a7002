"""Object stores by value: addresses of objects, where a store is, and who we are there. Knows no client of any."""

from __future__ import annotations

import re
from dataclasses import dataclass

SCHEME = "s3://"
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")
_CREDENTIALS = re.compile(r"default|profile:\S+|role:arn:\S+|env:[A-Za-z_]\w*,[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class Store:
    """Where buckets are, and who we are there. The defaults are those of AWS tools: environment, files, machine."""

    endpoint: str = ""
    """URL; empty: AWS_ENDPOINT_URL, or else AWS itself."""
    credentials: str = "default"
    """`default`, `profile:NAME`, `role:ARN`, or `env:ID_VARIABLE,SECRET_VARIABLE`: never the keys themselves."""


DEFAULT_STORE = Store()


@dataclass(frozen=True, slots=True)
class Address:
    """s3://BUCKET/KEY."""

    bucket: str
    key: str
    """An object's key, or where keys begin; may be empty."""

    @property
    def is_folder(self) -> bool:
        """Tell whether it stands for all objects below it: a bucket, or what ends in "/"."""
        return not self.key or self.key.endswith("/")

    def __str__(self) -> str:
        """Spell the address."""
        return f"{SCHEME}{self.bucket}/{self.key}"


def is_address(path: str) -> bool:
    """Tell an address of objects from a path of files."""
    return path.startswith(SCHEME)


def parse(text: str) -> Address | None:
    """Read an address; None where it is none.

    >>> parse("s3://raw-logs/a/b.log.gz"), parse("s3://clean"), parse("s3:///a")
    (Address(bucket='raw-logs', key='a/b.log.gz'), Address(bucket='clean', key=''), None)
    """
    bucket, _, key = text.removeprefix(SCHEME).partition("/")
    return Address(bucket, key) if is_address(text) and _BUCKET.fullmatch(bucket) else None


def address_of(text: str) -> Address:
    """Read what was found to be an address before."""
    address = parse(text)
    if address is None:
        message = "no address of objects; right would be s3://BUCKET/KEY"
        raise ValueError(message)
    return address


def are_credentials(text: str) -> bool:
    """Tell whether a text says who we are, in one of the four ways.

    >>> are_credentials("profile:logs"), are_credentials("env:R2_ID,R2_SECRET"), are_credentials("AKIAEXAMPLE")
    (True, True, False)
    """
    return _CREDENTIALS.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class ObjectTarget:
    """An object to be written, or where the keys of several begin."""

    address: Address
    store: Store = DEFAULT_STORE

    @property
    def name(self) -> str:
        """Spell it for people."""
        return str(self.address)

    def below(self, name: str) -> ObjectTarget:
        """Return the object of this name below it."""
        return ObjectTarget(Address(self.address.bucket, self.address.key + name), self.store)
