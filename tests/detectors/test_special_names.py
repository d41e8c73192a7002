"""Special names: the address inside a name of a wildcard DNS service is found in all of their forms."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.host_classes import HostClass
from detectors.special_addresses import address_class
from detectors.special_names import name_class

FORMS = {
    "dotted": "{0}.{1}.{2}.{3}",
    "dashed": "{0}-{1}-{2}-{3}",
    "both": "{0}.{1}-{2}.{3}",
    "dotted below a name": "app.{0}.{1}.{2}.{3}",
    "dashed behind a name": "app-{0}-{1}-{2}-{3}",
    "dotted behind a name": "app-{0}.{1}.{2}.{3}",
    "hex": "{0:02x}{1:02x}{2:02x}{3:02x}",
    "hex behind a name": "app-{0:02x}{1:02x}{2:02x}{3:02x}",
    "with leading zeros": "{0:03}.{1:03}.{2:03}.{3:03}",
}


def expected(address: IPv4Address | IPv6Address) -> HostClass:
    """Return what a name that stands for an address is."""
    kind, _ = address_class(address)
    return HostClass.WILDCARD_DNS if kind is HostClass.PUBLIC else kind


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@given(
    address=st.one_of(st.sampled_from([0x7F000001, 0xA9FEA9FE, 0x0A000001, 0x08080808]), st.integers(0, (1 << 32) - 1))
)
def test_an_ipv4_address_in_a_name_is_found(form: str, address: int) -> None:
    name = f"{form.format(*address.to_bytes(4))}.nip.io"
    assert name_class(name) == (expected(IPv4Address(address)), True)


@given(st.integers(1 << 32, (1 << 128) - 1))
def test_an_ipv6_address_in_a_name_is_found(number: int) -> None:
    address = IPv6Address(number)
    name = f"{str(address).replace(':', '-')}.sslip.io"
    kind, _ = name_class(name)
    # Four of its groups may also be read as an IPv4 address in decimal; then the graver reading is told.
    assert kind is expected(address) or any(part.isdecimal() for part in name.split("-"))


def test_the_gravest_address_in_a_name_is_told() -> None:
    assert name_class("8.8.8.8.127.0.0.1.nip.io") == (HostClass.LOOPBACK, True)
    assert name_class("10-0-0-1.169-254-169-254.nip.io") == (HostClass.METADATA, True)


LENGTHS = {
    "a label of 63": ("a" * 63 + ".example", HostClass.PUBLIC),
    "a label of 64": ("a" * 64 + ".example", HostClass.UNRESOLVABLE),
    "a name of 253": (".".join(["a" * 63] * 3 + ["b" * 61]), HostClass.PUBLIC),
    "a name of 254": (".".join(["a" * 63] * 3 + ["b" * 62]), HostClass.UNRESOLVABLE),
    "nothing": ("", HostClass.UNRESOLVABLE),
}


@pytest.mark.parametrize(("name", "kind"), LENGTHS.values(), ids=LENGTHS)
def test_a_name_that_dns_cannot_hold_does_not_resolve(name: str, kind: HostClass) -> None:
    assert name_class(name)[0] is kind
