"""Special names: inside names, metadata names, and public names that lead inside, some by an address they contain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

from detectors.host_classes import HostClass, gravest
from detectors.special_addresses import address_class

_METADATA = """
    api.metadata.cloud.ibm.com instance-data instance-data.ec2.internal metadata metadata.azure.com
    metadata.azure.internal metadata.exoscale.com metadata.goog metadata.google.internal metadata.nicob.net
    metadata.oci.oraclecloud.com metadata.packet.net metadata.platformequinix.com metadata.tencentyun.com
    rancher-metadata rancher-metadata.rancher.internal ssrf-cloud.localdomain.pw
"""
"""Documented by the clouds, but for two that testers keep: public names whose address is 169.254.169.254."""

_LOOPBACK = """
    ip6-localhost ip6-loopback localhost localhost.localdomain localhost4 localhost4.localdomain4 localhost6
    localhost6.localdomain6 loopback
    127-0-0-1.org.uk 42foo.com bugbounty.dod.network ddev.site fuf.me lacolhost.com lcl.host lndo.site local.gd
    localdev.me localho.st localhost.direct localhost.tv localhst.co.uk localtest.me lvh.me mail.ebc.apple.com
    smackaho.st spoofed.burpcollaborator.net ulh.us vcap.me yoogle.com
"""
"""RFC 6761 and what systems write into their hosts file; then public names that developers and testers keep, whose
address, and mostly that of all names below, is 127.0.0.1 or one beside it."""

_INTERNAL = """
    internal local localdomain test
    corp home home.arpa intra intranet lan localnet novalocal onprem openstacklocal priv private vpn workgroup
    consul docker k8s kubernetes.default svc
"""
"""Set aside for inside: .internal (ICANN, 2024), .local (RFC 6762), .test (RFC 6761), home.arpa (RFC 8375); no public
domain, and in use inside (RFC 6762, appendix G; ICANN's name collision studies); the names of clusters."""

_NOWHERE = "invalid"
"""RFC 6761."""

_WILDCARD = """
    backname.io local-ip.sh localdomain.pw my.local-ip.co nip.io nip.name plex.direct sslip.io xip.io xip.name
"""
_WILDCARDS: Final[Mapping[str, HostClass]] = {
    **dict.fromkeys(_WILDCARD.split(), HostClass.WILDCARD_DNS),
    "traefik.me": HostClass.LOOPBACK,
}
"""Services that answer with the address inside the name; the class of a name without one."""

_REBINDING = "1u.ms rbndr.us rebind.it rebind.network rbnd.gl0.eu sub.sh.je"
"""Services whose answer changes between the check and the use. rebind.ANYTHING is taken for one too."""

_CLASSES: Final[Mapping[str, HostClass]] = {
    **dict.fromkeys(_METADATA.split(), HostClass.METADATA),
    **dict.fromkeys(_LOOPBACK.split(), HostClass.LOOPBACK),
    **dict.fromkeys(_INTERNAL.split(), HostClass.INTERNAL_NAME),
    **dict.fromkeys(_NOWHERE.split(), HostClass.UNRESOLVABLE),
    **dict.fromkeys(_REBINDING.split(), HostClass.REBINDING),
}
"""The class of a name and of all below it; the longest that fits counts."""

_LONGEST_LABEL = 63
_LONGEST_NAME = 253
_IPV4 = re.compile(r"(?<![^.-])(?=(\d{1,3})[.-](\d{1,3})[.-](\d{1,3})[.-](\d{1,3})(?![^.-]))", re.ASCII)
_HEX = re.compile(r"(?<![^.-])[0-9a-f]{8}(?![^.-])")
_FEWEST_DASHES = 2
_BASE36 = re.compile(r"[0-9a-z]{1,7}")
_BASE36_ZONE = "xip.io"


def name_class(name: str) -> tuple[HostClass, bool]:
    """Return the class of a canonical name without its trailing dot, and whether a wildcard DNS service answers it.

    >>> [str(name_class(name)[0]) for name in ("db.corp", "10-0-0-1.nip.io", "app.8.8.8.8.sslip.io", "shop.example")]
    ['internal_name', 'private', 'wildcard_dns', 'public']
    """
    labels = name.split(".")
    if len(name) > _LONGEST_NAME or not all(0 < len(label) <= _LONGEST_LABEL for label in labels):
        return HostClass.UNRESOLVABLE, False
    zone = name
    while zone:
        if zone in _CLASSES:
            return _CLASSES[zone], False
        if zone in _WILDCARDS and zone != name:
            return _answered(name[: -len(zone) - 1], zone), True
        zone = zone.partition(".")[2]
    if len(labels) == 1:
        return HostClass.SINGLE_LABEL, False
    return HostClass.REBINDING if labels[-2] == "rebind" else HostClass.PUBLIC, False


def _answered(prefix: str, zone: str) -> HostClass:
    """Return the gravest class of what a wildcard DNS service may read in a name: services differ in what wins."""
    found = [address_class(address)[0] for address in _addresses(prefix)]
    if not found and zone == _BASE36_ZONE:
        found = [address_class(address)[0] for address in _base36(prefix.rpartition(".")[2])]
    kind = gravest(found) if found else _WILDCARDS[zone]
    return HostClass.WILDCARD_DNS if kind is HostClass.PUBLIC else kind


def _addresses(prefix: str) -> Iterator[IPv4Address | IPv6Address]:
    """Find the addresses in a name: dotted, dashed or both, eight hex digits, IPv6 with dashes for colons."""
    for found in _IPV4.finditer(prefix):
        parts = [int(part) for part in found.groups()]
        if max(parts) <= 255:  # noqa: PLR2004 - an octet
            yield IPv4Address(bytes(parts))
    for found in _HEX.finditer(prefix):
        yield IPv4Address(int(found[0], 16))
    for label in prefix.split("."):
        if label.count("-") >= _FEWEST_DASHES:
            yield from _dashed_ipv6(label)


def _dashed_ipv6(label: str) -> Iterator[IPv6Address]:
    """Find the longest IPv6 address that ends a label: `app-2a01-4f8--2`."""
    for start in (0, *(at + 1 for at, letter in enumerate(label) if letter == "-")):
        try:
            yield IPv6Address(label[start:].replace("-", ":"))
        except AddressValueError:
            continue
        return


def _base36(label: str) -> Iterator[IPv4Address]:
    """Read what xip.io calls its short form: base 36, the last octet first."""
    number = int(label, 36) if _BASE36.fullmatch(label) else 1 << 32
    if number < 1 << 32:
        yield IPv4Address(number.to_bytes(4, "little"))
