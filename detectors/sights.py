"""How a raw value becomes what a detector may see: times, networks, hosts, and where URLs lead; never raises."""

from __future__ import annotations

import re
from datetime import datetime
from ipaddress import IPv6Address, ip_address
from typing import Any, Final

from detectors.columns import LONGEST
from detectors.host_classes import HostClass
from detectors.hosts import Note, canonical
from redactors.addresses import truncate

Value = Any
"""Any JSON value."""

_CACHE_SIZE: Final = 4096
_CACHED_LENGTH: Final = 200
NANOSECONDS, _MICROSECONDS, MILLISECONDS = 10**17, 10**14, 10**11
"""From these numbers on a time of this age is given in that unit; smaller ones are seconds."""
_MOST_DIGITS = 20
LATEST_MS = 10**14


def time_ms(value: Value) -> int:
    """Return milliseconds since 1970 of a Logpush time: unixnano, unix, milliseconds, RFC 3339; 0 for anything else.

    >>> time_ms(1772442840123456789), time_ms("2026-03-02T09:14:00.123Z"), time_ms("1772442840"), time_ms("soon")
    (1772442840123, 1772442840123, 1772442840000, 0)
    """
    if value.__class__ is str:
        if len(value) > 10 and value[10] in "Tt ":  # noqa: PLR2004 (where RFC 3339 parts date and time)
            return _rfc3339(value)
        value = int(value) if value.isascii() and value.isdigit() and len(value) < _MOST_DIGITS else 0
    if value.__class__ is float:
        return int(value * 1000) if 0 < value < MILLISECONDS else 0
    if value.__class__ is not int or value <= 0:
        return 0
    if value >= NANOSECONDS:
        milliseconds: int = value // 1_000_000
    elif value >= _MICROSECONDS:
        milliseconds = value // 1000
    else:
        milliseconds = value if value >= MILLISECONDS else value * 1000
    return milliseconds if milliseconds < LATEST_MS else 0


_minutes: dict[str, int] = {}


def _rfc3339(text: str) -> int:
    try:
        if text[-1] != "Z" or text[16] != ":":
            return int(_datetime(text).timestamp() * 1000)
        minute = _minutes.get(text[:16])
        if minute is None:
            minute = int(_datetime(f"{text[:16]}:00Z").timestamp() * 1000)
            if len(_minutes) >= _CACHE_SIZE:
                _minutes.clear()
            _minutes[text[:16]] = minute
        fraction = (text[20:23] + "000")[:3] if text[19:20] == "." else "000"
        return minute + int(text[17:19]) * 1000 + int(fraction.replace("Z", "0"))
    except (ValueError, IndexError, OverflowError):
        return 0


def _datetime(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError
    return found


def text(value: Value) -> str:
    """Return text as it is, numbers as text, and nothing for what is neither."""
    if value.__class__ is str:
        return value[:LONGEST]
    return str(value) if value.__class__ is int else ""


def number(value: Value) -> int:
    """Return an int, also one given as text; 0 for what is none.

    >>> number(429), number("429"), number(None)
    (429, 429, 0)
    """
    if value.__class__ is int:
        return max(0, value)
    digits = value.__class__ is str and value.isascii() and value.isdigit() and len(value) < _MOST_DIGITS
    return int(value) if digits else 0


def address(value: Value) -> tuple[str, str]:
    """Return the network (/24 or /48) of an address, and the address in its canonical form; empty for anything else.

    >>> address("203.0.113.77"), address("2001:DB8:1:2::9"), address("unknown")
    (('203.0.113.0/24', '203.0.113.77'), ('2001:db8:1::/48', '2001:db8:1:2::9'), ('', ''))
    """
    if value.__class__ is not str:
        return "", ""
    known = _addresses.get(value)
    if known is not None:
        return known
    found = _address(value)
    if len(value) <= _CACHED_LENGTH:
        if len(_addresses) >= _CACHE_SIZE:
            _addresses.clear()
        _addresses[value] = found
    return found


def whole_address(value: Value) -> tuple[str, str]:
    """Return an address as a network of one machine, and the address in its canonical form.

    >>> whole_address("203.0.113.77"), whole_address("2001:db8::9")
    (('203.0.113.77/32', '203.0.113.77'), ('2001:db8::9/128', '2001:db8::9'))
    """
    _, found = address(value)
    return f"{found}/{128 if ':' in found else 32}" if found else "", found


_addresses: dict[str, tuple[str, str]] = {}
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_USUAL = re.compile(rf"((?:{_OCTET}\.){{3}}){_OCTET}", re.ASCII)


def _address(text: str) -> tuple[str, str]:
    usual = _USUAL.fullmatch(text)
    if usual:
        return f"{usual[1]}0/24", text
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return "", ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return f"{truncate(found)}/{48 if isinstance(found, IPv6Address) else 24}", str(found)


def host(value: Value) -> str:
    """Return a host in small letters, without port and last dot.

    >>> host("Shop.Example.:443"), host("[2001:db8::1]:80")
    ('shop.example', '[2001:db8::1]')
    """
    if value.__class__ is not str:
        return ""
    known = _hosts.get(value)
    if known is not None:
        return known
    name = value[:LONGEST].lower()
    bare, colon, port = name.rpartition(":")
    if colon and port.isdigit() and (bare.endswith("]") or ":" not in bare):
        name = bare
    name = name.removesuffix(".")
    if len(_hosts) >= _CACHE_SIZE:
        _hosts.clear()
    _hosts[value] = name
    return name


_hosts: dict[str, str] = {}


def target(url: Value, scheme: str = "") -> str:
    """Return where a URL or host leads, as the column `outbound` says it; empty where it leads nowhere.

    >>> target("https://me:pw@API.example:8443/x?y"), target("0x7f.1", "http"), target("/path")
    ('https://@api.example:8443', 'http://127.0.0.1', '')
    """
    if url.__class__ is not str or not url:
        return ""
    found = canonical(f"{scheme}://{url}" if scheme else url)
    if not found.name:
        return "invalid:" if found.kind.value == "invalid" else ""
    user = "@" if Note.USERINFO in found.notes else ""
    return f"{found.scheme or 'https'}://{user}{found.name}{f':{found.port}' if found.port else ''}"[:LONGEST]


_INSIDE: Final = frozenset({HostClass.METADATA, HostClass.LOOPBACK, HostClass.LINK_LOCAL, HostClass.PRIVATE})
_TUNNELS: Final = "[fd10:aec2:5dae:"
"""Cloudflare's own addresses for what is behind its tunnels: private by their look, and every tunnel's."""


def inside(address: Value) -> str:
    """Return an address that only machines inside can reach, IPv6 in brackets; empty for any other.

    >>> inside("10.20.0.7"), inside("fd00::1"), inside("198.51.100.20"), inside("")
    ('10.20.0.7', '[fd00::1]', '', '')
    """
    if address.__class__ is not str or not address:
        return ""
    found = canonical(address)
    return found.name if found.kind in _INSIDE and not found.name.startswith(_TUNNELS) else ""


def redirect(location: Value) -> str:
    """Return where a Location header leads, if it leads to a host at all."""
    if isinstance(location, list):
        location = location[0] if location else ""
    absolute = location.__class__ is str and ("//" in location[:12])
    return target(location) if absolute else ""


_URL = re.compile(
    r"(?i)\b(?:https?|wss?|ftp|gopher|file|ldaps?|dict)://(?:\[[0-9a-f:.]{2,45}\]|[^\s\"'<>\\)\]}])[^\s\"'<>\\)\]}]{0,299}"
)
_MAX_URLS = 20
"""Distinct places that one record's text may name."""


def targets(value: Value) -> list[str]:
    """Return where the URLs in console text lead, each once.

    >>> targets([{"Message": ["GET https://api.example/a", {"to": "https://api.example/b http://10.0.0.1"}]}])
    ['https://api.example', 'http://10.0.0.1']
    """
    found: dict[str, None] = {}
    waiting = [value]
    for each in waiting:  # and what is appended meanwhile
        if each.__class__ is str:
            if "://" in each:
                _collect(each, found)
        elif each.__class__ is list:
            waiting += each
        elif each.__class__ is dict:
            waiting += each.values()
    return list(found)


def _collect(text: str, found: dict[str, None]) -> None:
    for place in map(target, _URL.findall(text)):
        if place and len(found) < _MAX_URLS:
            found[place] = None
