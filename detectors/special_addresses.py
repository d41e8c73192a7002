"""Special addresses: the IANA registries as data, the clouds' metadata services, and IPv4 inside IPv6."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Final

from detectors.host_classes import HostClass, gravest

_METADATA = HostClass.METADATA
_LOOPBACK = HostClass.LOOPBACK
_LINK_LOCAL = HostClass.LINK_LOCAL
_PRIVATE = HostClass.PRIVATE
_DOCUMENTATION = HostClass.DOCUMENTATION
_MULTICAST = HostClass.MULTICAST
_RESERVED = HostClass.RESERVED
_PUBLIC = HostClass.PUBLIC

_IPV4: Final = (
    # The services of clouds, by their own documents.
    ("169.254.169.254/32", _METADATA, "AWS, Google, Azure, DigitalOcean, Oracle, OpenStack and most others"),
    ("169.254.170.2/32", _METADATA, "AWS ECS task credentials"),
    ("169.254.170.23/32", _METADATA, "AWS EKS Pod Identity"),
    ("169.254.0.23/32", _METADATA, "Tencent Cloud"),
    ("169.254.42.42/32", _METADATA, "Scaleway"),
    ("100.100.100.200/32", _METADATA, "Alibaba Cloud"),
    ("100.96.0.96/32", _METADATA, "Volcengine"),
    ("168.63.129.16/32", _METADATA, "Azure WireServer, a public address by its look"),
    ("192.0.0.192/32", _METADATA, "Oracle Cloud Classic"),
    # IANA IPv4 Special-Purpose Address Registry: what is not globally reachable, and what is so inside of that.
    ("0.0.0.0/32", _LOOPBACK, "RFC 1122: this host; connecting to it reaches the machine itself"),
    ("0.0.0.0/8", _RESERVED, "RFC 791: this network"),
    ("10.0.0.0/8", _PRIVATE, "RFC 1918"),
    ("100.64.0.0/10", _PRIVATE, "RFC 6598: shared address space"),
    ("127.0.0.0/8", _LOOPBACK, "RFC 1122"),
    ("169.254.0.0/16", _LINK_LOCAL, "RFC 3927"),
    ("172.16.0.0/12", _PRIVATE, "RFC 1918"),
    ("192.0.0.0/24", _RESERVED, "RFC 6890: IETF protocol assignments"),
    ("192.0.0.9/32", _PUBLIC, "RFC 7723: Port Control Protocol anycast"),
    ("192.0.0.10/32", _PUBLIC, "RFC 8155: TURN anycast"),
    ("192.0.2.0/24", _DOCUMENTATION, "RFC 5737: TEST-NET-1"),
    ("192.88.99.0/24", _RESERVED, "RFC 7526: deprecated 6to4 relay anycast"),
    ("192.168.0.0/16", _PRIVATE, "RFC 1918"),
    ("198.18.0.0/15", _RESERVED, "RFC 2544: benchmarking"),
    ("198.51.100.0/24", _DOCUMENTATION, "RFC 5737: TEST-NET-2"),
    ("203.0.113.0/24", _DOCUMENTATION, "RFC 5737: TEST-NET-3"),
    ("224.0.0.0/4", _MULTICAST, "RFC 5771"),
    ("240.0.0.0/4", _RESERVED, "RFC 1112, and the broadcast address"),
)
_IPV6: Final = (
    ("fd00:ec2::254/128", _METADATA, "AWS"),
    ("fd00:ec2::23/128", _METADATA, "AWS EKS Pod Identity"),
    ("fd20:ce::254/128", _METADATA, "Google Cloud"),
    ("fd00:c1::a9fe:a9fe/128", _METADATA, "Oracle Cloud"),
    ("fd00:100::100:200/128", _METADATA, "Alibaba Cloud"),
    ("fd00:a9fe:a9fe::1/128", _METADATA, "Akamai (Linode)"),
    ("fd00:42::42/128", _METADATA, "Scaleway"),
    ("fe80::a9fe:a9fe/128", _METADATA, "OpenStack"),
    # IANA IPv6 Special-Purpose Address Registry; the forms that hold an IPv4 address are below.
    ("::/128", _LOOPBACK, "RFC 4291: unspecified; connecting to it reaches the machine itself"),
    ("::1/128", _LOOPBACK, "RFC 4291"),
    ("100::/64", _RESERVED, "RFC 6666: discard-only"),
    ("100:0:0:1::/64", _RESERVED, "RFC 9780: dummy prefix"),
    ("2001::/23", _RESERVED, "RFC 2928: IETF protocol assignments"),
    ("2001:1::1/128", _PUBLIC, "RFC 7723: Port Control Protocol anycast"),
    ("2001:1::2/128", _PUBLIC, "RFC 8155: TURN anycast"),
    ("2001:1::3/128", _PUBLIC, "RFC 9665: DNS-SD registration anycast"),
    ("2001:3::/32", _PUBLIC, "RFC 7450: AMT"),
    ("2001:4:112::/48", _PUBLIC, "RFC 7535: AS112"),
    ("2001:20::/28", _PUBLIC, "RFC 7343: ORCHIDv2"),
    ("2001:30::/28", _PUBLIC, "RFC 9374: drone remote id"),
    ("2001:db8::/32", _DOCUMENTATION, "RFC 3849"),
    ("3fff::/20", _DOCUMENTATION, "RFC 9637"),
    ("5f00::/16", _RESERVED, "RFC 9602: SRv6 segment ids"),
    ("fc00::/7", _PRIVATE, "RFC 4193: unique local"),
    ("fe80::/10", _LINK_LOCAL, "RFC 4291"),
    ("fec0::/10", _PRIVATE, "RFC 3879: deprecated site-local"),
    ("ff00::/8", _MULTICAST, "RFC 4291"),
    # IANA IPv6 Address Space: the only part that is given out as global unicast. All else is reserved.
    ("2000::/3", _PUBLIC, "RFC 4291"),
    ("::/0", _RESERVED, "RFC 4291"),
)

_LOW_32 = 0xFFFF_FFFF
_ISATAP = 0x5EFE
_ISATAP_MASK = 0xFDFF_FFFF
"""The bit left out says whether the embedded address is unique (RFC 5214)."""


def _at_the_end(address: int) -> tuple[int, ...]:
    return (address & _LOW_32,)


def _after_16_bits(address: int) -> tuple[int, ...]:
    return (address >> 80 & _LOW_32,)


def _server_and_client(address: int) -> tuple[int, ...]:
    """Read what a Teredo address holds; the client's bits are turned."""
    return (address >> 64 & _LOW_32, ~address & _LOW_32)


def _at_the_end_or_split(address: int) -> tuple[int, ...]:
    """Read the end, as under a /96; if that is zero, the halves on both sides of bits 64 to 71, as under a /48."""
    return (address & _LOW_32 or (address >> 64 & 0xFFFF) << 16 | address >> 40 & 0xFFFF,)


_Embedded = Callable[[int], tuple[int, ...]]
_WITH_IPV4: Final[tuple[tuple[str, _Embedded, str], ...]] = (
    ("::ffff:0:0/96", _at_the_end, "RFC 4291: IPv4-mapped"),
    ("::/96", _at_the_end, "RFC 4291: IPv4-compatible, deprecated"),
    ("::ffff:0:0:0/96", _at_the_end, "RFC 2765: IPv4-translated"),
    ("64:ff9b::/96", _at_the_end, "RFC 6052: NAT64"),
    ("64:ff9b:1::/48", _at_the_end_or_split, "RFC 8215: local NAT64, RFC 6052 says where"),
    ("2002::/16", _after_16_bits, "RFC 3056: 6to4"),
    ("2001::/32", _server_and_client, "RFC 4380: Teredo"),
)


@dataclass(frozen=True, slots=True)
class _Range:
    first: int
    last: int
    meaning: HostClass | _Embedded


def _ranges(rows: Iterable[tuple[str, HostClass | _Embedded, str]]) -> tuple[_Range, ...]:
    """Return the ranges of a table, the narrowest first: the first that holds an address says what it is."""
    networks = sorted(((ip_network(cidr), meaning) for cidr, meaning, _ in rows), key=lambda row: -row[0].prefixlen)
    return tuple(_Range(int(each[0]), int(each[-1]), meaning) for each, meaning in networks)


_RANGES_4 = _ranges(_IPV4)
_RANGES_6 = _ranges((*_IPV6, *_WITH_IPV4))


def address_class(address: IPv4Address | IPv6Address) -> tuple[HostClass, bool]:
    """Return the class of an address, and whether it is that of an IPv4 address inside an IPv6 one.

    >>> [str(address_class(IPv6Address(text))[0]) for text in ("::1", "64:ff9b::a9fe:a9fe", "2606:4700::6810:84e5")]
    ['loopback', 'metadata', 'public']
    """
    number = int(address)
    if isinstance(address, IPv4Address):
        return _ipv4_class(number), False
    meaning = next(each.meaning for each in _RANGES_6 if each.first <= number <= each.last)
    if not isinstance(meaning, HostClass):
        return gravest(map(_ipv4_class, meaning(number))), True
    if meaning is _PUBLIC and number >> 32 & _ISATAP_MASK == _ISATAP:
        return _ipv4_class(number & _LOW_32), True
    return meaning, False


def _ipv4_class(number: int) -> HostClass:
    meaning = next((each.meaning for each in _RANGES_4 if each.first <= number <= each.last), _PUBLIC)
    return meaning if isinstance(meaning, HostClass) else _PUBLIC
