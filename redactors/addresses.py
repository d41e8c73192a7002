"""IP addresses: truncated, marked, encrypted so that prefixes survive, or dropped."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from itertools import islice

from redactors.density import splice
from redactors.keyring import LETTERS, KeyRing
from redactors.marks import MARK, Marker

IPV4_KEPT_BITS = 24
IPV6_KEPT_BITS = 48
ENCRYPTED_BITS = 64
"""An IPv6 address is encrypted to its /64: what lies below names one machine and is dropped."""

ENCRYPTED = "ip-encrypted"

_DOTTED = re.compile(r"\d{1,3}\.\d{1,3}\.\d{1,3}(?=\.\d{1,3}\Z)", re.ASCII)
_WHOLE_IPV4 = re.compile(r"(?:\.?(?:25[0-5]|2[0-4]\d|[01]?\d?\d)){4}", re.ASCII)
_WHOLE_IPV6 = re.compile(r"[0-9A-Fa-f:]{3,39}")
_MOST_COLONS = 7
MOST_ADDRESSES = 40
"""In one value: no chain of proxies is longer."""
_LONG_IPV6 = re.compile(r"([1-9a-f][0-9a-f]{0,3}:[1-9a-f][0-9a-f]{0,3}:[1-9a-f][0-9a-f]{0,3}):[0-9a-f:]{1,30}")
_PORT = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<four>\d+\.\d+\.\d+\.\d+))(?P<port>:\d+)?\Z", re.ASCII)
_CACHE_SIZE = 16_384
_CACHED_LENGTH = 64
_ADDRESS_LIKE = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})(?![\w:])"
)

Transform = Callable[[str], str]
_Act = Callable[[IPv4Address | IPv6Address], str] | None
"""What is done to an address; None keeps it as it was written."""
_NO_ADDRESS = frozenset({"", "-", "unknown"})


def address_transform(
    choice: str, marker: Marker, ring: KeyRing | None, known: dict[str, str] | None = None
) -> Transform:
    """Return what a policy's choice does to one address text; what is no address becomes a mark.

    What was met before is remembered in `known`.
    """
    if choice == "drop":
        return lambda text: text if text in _NO_ADDRESS else "[ip]"
    acts: dict[str, _Act] = {
        "keep": None,
        "truncate": truncate,
        "mark": lambda address: marker.keyed("ip", str(address)),
        "encrypt": lambda address: encrypt(address, marker, ring),
    }
    act = acts[choice]
    cache = {} if known is None else known

    def transform(text: str) -> str:
        found = cache.get(text)
        return _each(text, act, marker) if marker.scoped else found or keep(text, _each(text, act, marker))

    def keep(text: str, safe: str) -> str:
        if len(text) <= _CACHED_LENGTH:
            if len(cache) >= _CACHE_SIZE:
                cache.clear()
            cache[text] = safe
        return safe

    if choice != "truncate":
        return transform

    def truncate_plain(text: str) -> str:
        """Cut what can only be an address in its usual form; anything else goes the long way, ten times as slow."""
        dotted = _DOTTED.match(text)
        if dotted:
            return dotted[0] + ".0"
        found = cache.get(text)
        if found is not None:
            return found
        groups = _LONG_IPV6.fullmatch(text)
        return keep(text, groups[1] + "::") if groups else transform(text)

    return truncate_plain


def truncate(address: IPv4Address | IPv6Address) -> str:
    """Keep the network only.

    >>> truncate(ip_address("203.0.113.77")), truncate(ip_address("2001:db8:1:2::9"))
    ('203.0.113.0', '2001:db8:1::')
    """
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return f"::ffff:{truncate(address.ipv4_mapped)}"
    bits = IPV4_KEPT_BITS if address.version == 4 else IPV6_KEPT_BITS  # noqa: PLR2004 - the version's own number
    return str(ip_network(f"{address}/{bits}", strict=False).network_address)


def looks_like_address(text: str) -> bool:
    """Tell whether a whole text is written as an address; times of day and version numbers of three parts are not.

    >>> [looks_like_address(text) for text in ("203.0.113.7", "2001:db8::1", "12:30:45", "1.2.3")]
    [True, True, False, False]
    """
    if ":" in text:
        return ("::" in text or text.count(":") == _MOST_COLONS) and _WHOLE_IPV6.fullmatch(text) is not None
    return "." in text and _WHOLE_IPV4.fullmatch(text) is not None


def replace_addresses(text: str, transform: Transform) -> str:
    """Apply a transform to every address inside a text, such as a Forwarded header's; to too many as to one."""
    addresses = list(islice(_ADDRESS_LIKE.finditer(text), MOST_ADDRESSES + 1))
    if len(addresses) > MOST_ADDRESSES:
        return "[ip]"
    return splice(text, ((*found.span(), transform(found[0])) for found in addresses), "[ip]")


def _each(text: str, act: _Act, marker: Marker) -> str:
    if "," in text:
        if text.count(",") > MOST_ADDRESSES:
            return "[ip]"
        return ",".join(_padded(part, act, marker) for part in text.split(","))
    return _one(text, act, marker)


def _padded(part: str, act: _Act, marker: Marker) -> str:
    bare = part.strip(" ")
    return part.replace(bare, _one(bare, act, marker)) if bare else part


def _one(text: str, act: _Act, marker: Marker) -> str:
    if text in _NO_ADDRESS or marker.is_mark(text):
        return text
    found = _PORT.match(text)
    host, port = (found["six"] or found["four"], found["port"] or "") if found else (text, "")
    try:
        address = ip_address(re.split("[%/]", host)[0])
    except ValueError:
        return "[ip]"
    if act is None:
        return text
    changed = act(address)
    if changed[0] == "[":
        return changed
    return f"[{changed}]{port}" if found and found["six"] else f"{changed}{port}"


def encrypt(address: IPv4Address | IPv6Address, marker: Marker, ring: KeyRing | None) -> str:
    """Return a mark whose letters are the address under a prefix-preserving cipher: equal prefixes, equal beginnings.

    Each bit is turned by a keyed hash of the bits before it (Xu, Fan, Ammar, Moon: Crypto-PAn, 2002).
    """
    if ring is None:
        return marker.plain("ip")
    size = 32 if address.version == 4 else ENCRYPTED_BITS  # noqa: PLR2004 - the version's own number
    bits = _turn(int(address) >> (address.max_prefixlen - size), size, ring.keys[ring.active])
    # 80 bits: one that tells the version, the turned bits, zeros.
    value = ((address.version == 6) << 79) | (bits << (79 - size))  # noqa: PLR2004 - the version's own number
    return marker.sealed(ENCRYPTED, bytes(LETTERS[(value >> shift) & 31] for shift in range(75, -1, -5)))


def decrypt(mark: str, ring: KeyRing) -> str | None:
    """Return the address (IPv6: its /64) behind a mark that `encrypt` made with any key of the ring; else None."""
    found = MARK.fullmatch(mark)
    if found is None or found[1] != ENCRYPTED or found[2] not in ring.keys or not Marker(ring).is_ours(found):
        return None
    value = 0
    for letter in found[3].encode():
        value = value << 5 | LETTERS.index(letter)
    size = ENCRYPTED_BITS if value >> 79 else 32
    plain = _turn_back(value >> (79 - size) & ((1 << size) - 1), size, ring.keys[found[2]])
    return str(IPv6Address(plain << 64) if size == ENCRYPTED_BITS else IPv4Address(plain))


def _turn(plain: int, size: int, key: bytes) -> int:
    turned = 0
    for at in range(size):
        turned = turned << 1 | (plain >> (size - 1 - at) & 1) ^ _bit(plain >> (size - at), at, size, key)
    return turned


def _turn_back(turned: int, size: int, key: bytes) -> int:
    plain = 0
    for at in range(size):
        plain = plain << 1 | (turned >> (size - 1 - at) & 1) ^ _bit(plain, at, size, key)
    return plain


def _bit(prefix: int, length: int, size: int, key: bytes) -> int:
    text = f"{size}/{length}/{prefix}".encode()
    return hashlib.blake2b(text, key=key, digest_size=1, person=b"edgesieve-ip").digest()[0] & 1
