"""TLS of a listener: a certificate that can be changed while it listens, and the day on which it ends."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from redactors.base import ConfigurationError

_SEQUENCE: Final = 0x30
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_LONG: Final = 0x80


def context_of(cert: Path, key: Path) -> ssl.SSLContext:
    """Return the context of a listener with this certificate.

    Raises:
        ConfigurationError: the files are not a certificate and its key.

    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    load(context, cert, key)
    return context


def load(context: ssl.SSLContext, cert: Path, key: Path) -> None:
    """Take up a certificate: connections from now on see it. A bad one changes nothing.

    Raises:
        ConfigurationError: the files are not a certificate and its key.

    """
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
        context.load_cert_chain(cert, key)
    except (OSError, ssl.SSLError) as error:
        reason = getattr(error, "strerror", None) if not isinstance(error, ssl.SSLError) else None
        what = reason or "no certificate and its key"
        message = f"{cert}, {key}: {what}; right would be PEM files of a certificate and of its private key"
        raise ConfigurationError(message) from None


def expiry(cert: Path) -> int:
    """Return when the first certificate of a PEM file ends, in seconds since 1970; 0 where that cannot be read."""
    try:
        pem = cert.read_text()
        start = pem.index("-----BEGIN CERTIFICATE-----")
        end = pem.index("-----END CERTIFICATE-----", start) + len("-----END CERTIFICATE-----")
        return _not_after(ssl.PEM_cert_to_DER_cert(pem[start:end]))
    except (OSError, ValueError, IndexError):
        return 0


def _not_after(der: bytes) -> int:
    """Find the validity: within a certificate's first part, the first sequence of exactly two times."""
    at, _, _ = _inside(der, 0)
    at, end, _ = _inside(der, at)
    while at < end:
        first, last, tag = _inside(der, at)
        if tag == _SEQUENCE and der[first] in (_UTC_TIME, _GENERALIZED_TIME):
            _, behind, _ = _inside(der, first)
            start, stop, kind = _inside(der, behind)
            return _seconds(der[start:stop].decode("ascii"), kind)
        at = last
    return 0


def _inside(der: bytes, at: int) -> tuple[int, int, int]:
    """Return where the content of an element begins and ends, and its tag (X.690, 8.1)."""
    tag, size, start = der[at], der[at + 1], at + 2
    if size & _LONG:
        count = size & ~_LONG
        size, start = int.from_bytes(der[start : start + count]), start + count
    return start, start + size, tag


def _seconds(text: str, tag: int) -> int:
    form = "%y%m%d%H%M%SZ" if tag == _UTC_TIME else "%Y%m%d%H%M%SZ"
    return int(datetime.strptime(text, form).replace(tzinfo=UTC).timestamp())
