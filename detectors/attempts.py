"""Internal addresses in what a visitor sent: attempts at server-side request forgery."""

from __future__ import annotations

import re
from itertools import islice
from typing import Final
from urllib.parse import unquote

from detectors.host_classes import HostClass, Verdict
from detectors.hosts import canonical
from detectors.sights import target

_DECODINGS: Final = 3
"""Percent-encoding may be wrapped in itself so many times; programs that decode more often are rare."""
_MOST: Final = 50
"""URLs that are looked at in one request."""
_BEHIND_SCHEME: Final = 9
"""Where what follows the `://` of an absolute URI begins, at the earliest."""
_FILE: Final = "file://"
_SCHEMES: Final = frozenset(
    "dict file ftp ftps gopher gophers http https ldap ldaps netdoc redis sftp smb telnet tftp ws wss".split()
)
"""Those that programs fetch by; a scheme of an app of its own leads to no host."""
_LONGEST_SCHEME: Final = max(map(len, _SCHEMES))
SIGNS: Final = ("%", ":", "//", "\\")
"""Of these at least one is in each URI that names a URL: who asks looks for them first."""
_HINT = re.compile(r"(?i):|//|\\|%(?:25)*(?:3a|5c|2f%)")
"""What no query lacks that names a URL."""
_COLON = re.compile(r":(?=((?:[/\\]{1,3}|[\d\[])[^\s&#!\"'<>]{0,300}))")
_SLASHES = re.compile(r"=[/\\]{2}([^\s&#/\\\"'<>]{1,300})")
"""A URL without its scheme, as the whole of a value."""
_LETTERS = re.compile(r"[A-Za-z0-9+.-]*\Z")
_NUMERIC = re.compile(r"(?i)[/\\]*[0-9a-fx.]*[0-9][0-9a-fx.]*(?:[:/\\?].*)?")
"""A host that can be meant for an address only."""


def asked(uri: str) -> str:
    """Return the internal address that a raw URI asks for, as the column `outbound` says it; empty for none.

    `invalid:` stands for what was meant for an address and is none, `file://` for a file.

    >>> asked("/fetch?url=http%3A%2F%2F0x7f.1%2Fadmin"), asked("/fetch?url=https://shop.example"), asked("/a?t=9:30")
    ('http://127.0.0.1', '', '')
    """
    at = uri.find("?")
    if at >= 0 and _HINT.search(uri, at):
        query = _decoded(uri[at + 1 :])
        found = _behind_schemes(query) or _without_schemes(query)
        if found:
            return found
    inside = uri.find("://", 0 if uri[:1] == "/" else _BEHIND_SCHEME)
    if inside < 0 or 0 <= at < inside:
        return ""
    return _behind_schemes(uri[max(0, inside - _LONGEST_SCHEME) :])


def _decoded(query: str) -> str:
    for _ in range(_DECODINGS):
        if "%" not in query:
            break
        query = unquote(query)
    return query


def _behind_schemes(text: str) -> str:
    for found in islice(_COLON.finditer(text), _MOST):
        written = _LETTERS.search(text, max(0, found.start() - _LONGEST_SCHEME - 1), found.start())
        scheme = written[0].lower() if written else ""
        place = _place(f"{scheme}:{found[1]}") if scheme in _SCHEMES else ""
        if place:
            return place
    return ""


def _without_schemes(query: str) -> str:
    for found in islice(_SLASHES.finditer(f"={query}"), _MOST):
        place = _place(f"//{found[1]}")
        if place:
            return place
    return ""


def _place(url: str) -> str:
    host = canonical(url)
    if host.kind is HostClass.LOCAL_FILE:
        return _FILE
    if host.kind is HostClass.INVALID:
        return target(url) if _NUMERIC.fullmatch(url.partition(":")[2]) else ""
    if host.verdict is not Verdict.INTERNAL or (not host.scheme and host.kind is HostClass.SINGLE_LABEL):
        return ""
    return target(url)
