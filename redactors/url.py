"""URLs: userinfo, query and fragment go; secret path segments are marked; the rest stays byte for byte."""

from __future__ import annotations

import re
from collections.abc import Callable

from redactors.credentials import DOMAIN
from redactors.marks import Marker
from redactors.path import CUT
from redactors.shapes import has_random_run

Redact = Callable[[str], str]

_OPENING = ("/", "\\", "\t", "\r", "\n")
"""What may part the slash that begins a host from the other, or is it."""
_GAP = r"[/\\\t\r\n]{0,8}"
_AUTHORITY = re.compile(
    r"(\s{0,8}+(?:"
    r"(?i:h[\t\r\n]?t[\t\r\n]?t[\t\r\n]?p[\t\r\n]?s?|wss?|ftp):[/\\\t\r\n]{0,8}"
    rf"|(?:[A-Za-z][A-Za-z0-9+.\-\t\r\n]{{0,40}}:)?{_GAP}[/\\][\t\r\n]{{0,8}}[/\\]{_GAP}))([^/\\]*)"
)
"""What stands before the path; browsers skip tabs and line feeds, read a backslash as a slash, and need no slash at all
after a scheme of the web (WHATWG URL)."""
_PORT = re.compile(r"[0-9]{1,5}")
_OPAQUE = re.compile(r"(?i)\s{0,8}+(data|javascript|mailto|blob|cid|mid|tel|sms):")
_PAIR = re.compile(r"([?&;]|&amp;|)([^=&;]*)(=?)([^&;]*)")
_CACHE_SIZE = 4096
_KEPT_LENGTH = 192
"""Heads remembered: a request's path stands in its URI, its path field, and as the referer of the next."""
_SIMPLE_VALUE = re.compile(r"[\w.,:+-]{0,40}", re.ASCII)


class Urls:
    """The redactor of the classes `url` and `path`: what stands before a query is judged once for both."""

    def __init__(self, path: Redact, query: Redact, marker: Marker, note: Callable[[str], None] | None = None) -> None:
        """Take what is done to a path, what is left of a query with its question mark, and the marks.

        `note` is told of each URL in whose path something was marked, as it leaves, without its query.
        """
        self._path = path
        self._query = query
        self._marker = marker
        self._strips = query is strip_query
        self._heads: dict[str, str] = {}
        self._note = note
        self._mark = marker.plain("path")

    def redact(self, url: str) -> str:
        """Return the URL, absolute or not, without its secrets."""
        head, cut, _ = url.partition("?")
        safe = self._heads.get(head)
        if safe is None:
            safe = self._plain(head)
            if safe is None:
                return self._odd(url)
            self._keep(head, safe)
        if self._note and self._mark in safe:
            self._note(safe)
        return safe if self._strips or not cut else safe + self._query(url[len(head) :])

    def _plain(self, head: str) -> str | None:
        """Redact a path, or a URL of the usual form, that has neither query nor fragment; None for any other."""
        if "#" in head:
            return None
        if head[:1] == "/" and head[1:2] not in _OPENING:
            return self._path(head)
        if head[:8] == "https://" and "%" not in head and "@" not in head and "\\" not in head and head.isprintable():
            slash = head.find("/", 8)
            if slash < 0:
                return head
            path = head[slash:]
            safe = self._path(path)
            if path[1:2] != "/":
                self._keep(path, safe)
            return head[:slash] + safe
        return None

    def _keep(self, head: str, safe: str) -> None:
        if len(head) <= _KEPT_LENGTH:
            if len(self._heads) >= _CACHE_SIZE:
                self._heads.clear()
            self._heads[head] = safe

    def _absolute(self, head: str) -> str:
        """Redact what stands before the query of anything that is not a plain path."""
        opaque = _OPAQUE.match(head)
        if opaque:
            return _opaque(opaque, head, self._marker)
        authority = _AUTHORITY.match(head)
        if authority is None:
            return self._path(head.rpartition("@")[2] if "@" in head.partition("/")[0] else head)
        host, rest = authority[2].rpartition("@")[2], head[authority.end() :]
        if "@" in rest and (not host or (":" in host and not _PORT.fullmatch(host.rpartition(":")[2]))):
            # No host or no port, so a password with a slash in it that nobody encoded.
            host, rest = "", rest.rpartition("@")[2]
        return authority[1] + host + (self._path(rest) if rest else rest)

    def _odd(self, url: str) -> str:
        found = CUT.search(url)
        if found is None:
            return self._absolute(url)
        head, tail = url[: found.start()], url[found.start() :]
        return self._absolute(head) + (self._query(tail) if tail[0] in "?#" else "")


def _opaque(scheme: re.Match[str], head: str, marker: Marker) -> str:
    rest = head[scheme.end() :]
    if scheme[1].lower() == "mailto":
        parts = [part if not part or _marked_email(part, marker) else _email(part, marker) for part in rest.split(",")]
        return scheme[0] + ",".join(parts)
    return scheme[0] + (rest if marker.is_mark(rest) or not rest else marker.plain("body"))


def _marked_email(part: str, marker: Marker) -> bool:
    local, _, domain = part.partition("@")
    return marker.is_mark(part) or (marker.is_mark(local) and DOMAIN.fullmatch(domain) is not None)


def _email(part: str, marker: Marker) -> str:
    domain = part.rpartition("@")[2] if "@" in part else ""
    mark = marker.keyed("email", part)
    return f"{mark}@{domain}" if DOMAIN.fullmatch(domain) else mark


def strip_query(_query: str) -> str:
    """Leave nothing of a query or fragment: the choice `strip`."""
    return ""


def params_redactor(keep: frozenset[str], marker: Marker) -> Redact:
    """Return the choice `params`: names stay, values of the kept names stay if they are simple, others are marked."""
    mark = marker.plain("param")

    def pair(found: re.Match[str]) -> str:
        separator, name, equals, value = found.groups()
        if not equals:
            return f"{separator}{name if not name or marker.is_mark(name) else mark}"
        if has_random_run(name):
            name = mark
        if not value or marker.is_mark(value):
            return f"{separator}{name}={value}"
        kept = name in keep and _SIMPLE_VALUE.fullmatch(value) and not has_random_run(value)
        return f"{separator}{name}={value if kept else mark}"

    def redact(query: str) -> str:
        query = query.partition("#")[0]
        return _PAIR.sub(pair, query)

    return redact
