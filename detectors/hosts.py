"""Canonical hosts as the WHATWG URL standard gives them, and what each one is: public, private, metadata and so on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from ada_url import parse_url

from detectors.host_classes import VERDICTS, HostClass, Verdict
from detectors.special_addresses import address_class
from detectors.special_names import name_class


class Note(StrEnum):
    """What is odd about a URL, whatever its host."""

    USERINFO = "userinfo"
    """A user name or password before the host: `https://allowed.example@evil.example`."""
    SCHEME = "scheme"
    """A scheme other than https and wss."""
    PORT = "port"
    """A port other than the scheme's own."""
    TRAILING_DOT = "trailing_dot"
    DISGUISED = "disguised"
    """Written so that a search for the host in the text finds nothing: `0x7f.1`, `ex%61mple.com`."""
    IDN = "idn"
    """A name with letters beyond ASCII."""
    EMBEDDED_IPV4 = "embedded_ipv4"
    """An IPv6 address that stands for an IPv4 one, whose class is told."""
    WILDCARD_DNS = "wildcard_dns"
    """A name of a service that answers with the address inside the name."""


@dataclass(frozen=True, slots=True)
class Host:
    """Where a URL leads."""

    name: str
    """Canonical host; IPv6 in brackets; empty for none."""
    kind: HostClass
    notes: frozenset[Note] = frozenset()
    scheme: str = ""
    """Empty where none was given."""
    port: int = 0
    """Zero for the scheme's own, and for those of the web where there is no scheme."""

    @property
    def bare(self) -> str:
        """The name without one trailing dot: what is compared and counted by."""
        return self.name.removesuffix(".")

    @property
    def verdict(self) -> Verdict:
        """Inside, outside or nowhere."""
        return VERDICTS[self.kind]


_INVALID = Host("", HostClass.INVALID)
_NO_HOST = Host("", HostClass.NO_HOST)

_CACHE_SIZE = 1 << 14
_LONGEST_CACHED = 300
"""A name has at most 253 characters; what is longer is rare, and must not fill the memory."""
_PARTS: Final = ("hostname", "port", "username", "password")
_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+://[!-\"$-.0->@-\[\]-~]++(?=[/?#]|\Z)")
"""Scheme and authority without anything that what follows could change; most URLs differ only in what follows."""

_ENDS = "".join(map(chr, range(0x21)))
"""C0 controls and space, which the standard strips from both ends; tabs and newlines it strips everywhere."""
_INSIDE = str.maketrans("", "", "\t\n\r")
_WEB = frozenset({"file", "ftp", "http", "https", "ws", "wss"})
"""The special schemes, which need no slashes before their host."""
_HOSTLESS = frozenset(
    "about blob cid data geo javascript magnet mailto mid news sip sips sms tel urn vbscript xmpp".split()
)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_PORT_OR_USER = re.compile(r"\d+(?:[/?#\\]|\Z)|[^/?#\\]*@", re.ASCII)
"""What follows a colon that belongs to no scheme: `example.com:443`, `user:password@example.com`."""
_IPV6 = re.compile(r"[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.%\w]*", re.ASCII)
_RELATIVE = re.compile(r"[/\\]{2}")
_WRITTEN = re.compile(r"[^:]*:[/\\]*([^/\\?#]*)")
"""The authority, as it stands in the text."""
_NAMELESS: Final[Mapping[str, HostClass]] = {"file": HostClass.LOCAL_FILE}
"""What a URL without a host is, by its scheme; any other leads nowhere."""
_SAFE = frozenset({"https", "wss"})
_WEB_PORTS = frozenset({80, 443})
"""Ports that say nothing where no scheme was given."""


def canonical(url_or_host: str) -> Host:
    """Return where a URL leads, or what a host is; never raises.

    Takes what logs hold: absolute URLs, `//host/path`, `host`, `host:port`, addresses with and without brackets. The
    host of a scheme that browsers do not know (gopher, ldap, …) is read like that of http, as its clients do.

    >>> [str(canonical(text).kind) for text in ("http://0x7f.1/x", "https://shop.example", "[fd00::1]:80", "/path")]
    ['loopback', 'public', 'private', 'no_host']
    """
    found = _PREFIX.match(url_or_host)
    text = found[0] if found else url_or_host
    return _remembered(text) if len(text) <= _LONGEST_CACHED else read(text)


def read(url_or_host: str) -> Host:
    """Do what `canonical` does, without its memory."""
    raw = url_or_host.strip(_ENDS)
    text = raw.translate(_INSIDE)
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    scheme, url = _as_url(text)
    if not url:
        return _NO_HOST
    try:
        parts = parse_url(url, _PARTS if "@" in url else _PARTS[:2])
        name = parts.get("hostname", "")
        if name and scheme and scheme not in _WEB:
            # The standard leaves such a host as it is; a client that knows the scheme resolves it.
            name = parse_url(f"http://{name}", _PARTS[:1]).get("hostname", "")
    except ValueError:
        return _INVALID
    port = int(parts.get("port") or 0)
    if not scheme and port in _WEB_PORTS:
        port = 0
    notes = {*_oddities(scheme, port, parts.get("username") or parts.get("password"))}
    if not name:
        return Host("", _NAMELESS.get(scheme, HostClass.NO_HOST), frozenset(notes), scheme, port)
    kind, inside = _judge(name)
    notes.update(inside, _spelling(name, url, raw))
    return Host(name, kind, frozenset(notes), scheme, port)


_remembered = lru_cache(_CACHE_SIZE)(read)


def _as_url(text: str) -> tuple[str, str]:
    """Return the scheme, empty for none, and what the URL parser is to read, empty where there is no host."""
    if _RELATIVE.match(text):
        return "", f"https:{text}"
    if not text or text[0] in "/\\?#":
        return "", ""
    if _IPV6.fullmatch(text):
        return "", f"http://[{text}]"
    found = _SCHEME.match(text)
    if found is None:
        return "", f"http://{text}"
    scheme = found[1].lower()
    if scheme in _WEB or text.startswith("//", found.end()):
        return scheme, text
    return "", f"http://{text}" if scheme not in _HOSTLESS and _PORT_OR_USER.match(text, found.end()) else ""


def _oddities(scheme: str, port: int, user: str | None) -> Iterator[Note]:
    if user:
        yield Note.USERINFO
    if scheme and scheme not in _SAFE:
        yield Note.SCHEME
    if port:
        yield Note.PORT


def _judge(name: str) -> tuple[HostClass, tuple[Note, ...]]:
    """Judge a canonical host. By the standard, one whose last label is a number is an IPv4 address, or refused."""
    if name[0] == "[":
        kind, embedded = address_class(IPv6Address(name[1:-1]))
        return kind, (Note.EMBEDDED_IPV4,) if embedded else ()
    if name.rpartition(".")[2].isdigit():
        return address_class(IPv4Address(name))[0], ()
    kind, wildcard = name_class(name.removesuffix("."))
    return kind, (Note.WILDCARD_DNS,) if wildcard else ()


def _spelling(name: str, url: str, raw: str) -> Iterator[Note]:
    found = _WRITTEN.match(url)
    authority = found[1] if found else ""
    written = authority.rpartition("@")[2].lower()
    if name[-1] == "." or written.partition(":")[0].endswith("."):
        yield Note.TRAILING_DOT
    if ".xn--" in f".{name}":
        yield Note.IDN
    elif authority not in raw or (name[0] != "[" and not written.startswith(name)):
        yield Note.DISGUISED
