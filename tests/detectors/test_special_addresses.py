"""Special addresses: an IPv4 address is what it is in whatever IPv6 form it comes, and ranges end where they should."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.host_classes import HostClass, gravest
from detectors.special_addresses import address_class

# IANA IPv4 and IPv6 Special-Purpose Address Registries: "Globally Reachable" is False, or the block is deprecated;
# and multicast. Blocks inside another are not repeated. Those that hold an IPv4 address have a test of their own.
UNREACHABLE = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.2.0/24 192.88.99.0/24
    192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
    ::/127 100::/64 100:0:0:1::/64 2001:2::/48 2001:10::/28 2001:db8::/32 3fff::/20 5f00::/16 fc00::/7 fe80::/10
    fec0::/10 ff00::/8
""".split()
REACHABLE = """
    1.0.0.0/8 8.0.0.0/7 11.0.0.0/8 100.0.0.0/10 172.0.0.0/12 172.32.0.0/11 192.31.196.0/24 192.52.193.0/24
    192.175.48.0/24 192.0.0.9/32 192.0.0.10/32 223.0.0.0/8
    2001:1::1/128 2001:1::2/128 2001:1::3/128 2001:3::/32 2001:4:112::/48 2001:20::/28 2001:30::/28 2001:200::/23
    2606:4700::/32 2620:4f:8000::/48 2a00::/12
""".split()


@pytest.mark.parametrize("block", UNREACHABLE)
def test_a_block_that_is_not_globally_reachable_is_special_from_end_to_end(block: str) -> None:
    network = ip_network(block)
    for address in (network[0], network[-1], network[network.num_addresses // 3]):
        assert address_class(address)[0] is not HostClass.PUBLIC


@pytest.mark.parametrize("block", REACHABLE)
def test_a_block_that_is_globally_reachable_is_public_from_end_to_end(block: str) -> None:
    network = ip_network(block)
    for address in (network[0], network[-1], network[network.num_addresses // 3]):
        assert address_class(address) == (HostClass.PUBLIC, False)


PUBLIC_SERVER = int(IPv4Address("65.54.227.120")) << 64
FORMS = {
    "mapped": lambda address: 0xFFFF << 32 | address,
    "translated": lambda address: 0xFFFF << 48 | address,
    "NAT64": lambda address: 0x0064_FF9B << 96 | address,
    "local NAT64, /48": lambda address: 0x0064_FF9B_0001 << 80 | address >> 16 << 64 | (address & 0xFFFF) << 40,
    "6to4": lambda address: 0x2002 << 112 | address << 80 | 1,
    "Teredo": lambda address: 0x2001 << 112 | PUBLIC_SERVER | (address ^ 0xFFFF_FFFF),
    "ISATAP": lambda address: 0x2606_4700 << 96 | 0x5EFE << 32 | address,
    "ISATAP, unique": lambda address: 0x2606_4700 << 96 | 0x0200_5EFE << 32 | address,
}
NOT_FOR_ZERO = {
    "compatible": lambda address: address,
    "local NAT64, /96": lambda address: 0x0064_FF9B_0001 << 80 | address,
}
KNOWN = [int(IPv4Address(text)) for text in ("127.0.0.1", "169.254.169.254", "10.0.0.1", "8.8.8.8", "168.63.129.16")]
ADDRESSES = st.one_of(st.sampled_from(KNOWN), st.integers(0, 0xFFFF_FFFF))


@pytest.mark.parametrize("form", FORMS)
@given(address=ADDRESSES)
def test_an_ipv4_address_inside_an_ipv6_one_is_judged(form: str, address: int) -> None:
    kind, _ = address_class(IPv4Address(address))
    assert address_class(IPv6Address(FORMS[form](address))) == (kind, True)


@pytest.mark.parametrize("form", NOT_FOR_ZERO)
@given(address=ADDRESSES.filter(lambda address: address > 1))
def test_an_ipv4_address_at_the_end_of_an_ipv6_one_is_judged(form: str, address: int) -> None:
    kind, _ = address_class(IPv4Address(address))
    assert address_class(IPv6Address(NOT_FOR_ZERO[form](address))) == (kind, True)


@given(ADDRESSES, ADDRESSES)
def test_the_graver_side_of_a_teredo_address_is_told(server: int, client: int) -> None:
    teredo = IPv6Address(0x2001 << 112 | server << 64 | (client ^ 0xFFFF_FFFF))
    sides = [address_class(IPv4Address(side))[0] for side in (server, client)]
    assert address_class(teredo)[0] is gravest(sides)


@given(st.integers(0, (1 << 128) - 1))
def test_every_ipv6_address_has_a_class_and_only_global_unicast_is_public(number: int) -> None:
    kind, embedded = address_class(IPv6Address(number))
    assert kind is not HostClass.PUBLIC or embedded or number >> 125 == 1
