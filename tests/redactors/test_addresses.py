"""Addresses: truncated, kept, marked, dropped, or encrypted so that prefixes survive and the key holder reads them."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redactors.addresses import decrypt, encrypt
from redactors.keyring import new_ring, rotate_ring
from redactors.marks import Marker
from redactors.policy import Policy
from tests.laws.stage import RING
from tests.redactors.scrubbing import FORENSIC, STRICT, mark, scrub

MARKER = Marker(RING)

TRUNCATED = {
    "IPv4": ("203.0.113.77", "203.0.113.0"),
    "IPv6": ("2001:db8:1:2::9", "2001:db8:1::"),
    "IPv6 in full": ("2001:0db8:0001:0002:0000:0000:0000:0009", "2001:db8:1::"),
    "IPv4 mapped": ("::ffff:203.0.113.77", "::ffff:203.0.113.0"),
    "IPv4 with a port": ("203.0.113.77:443", "203.0.113.0:443"),
    "IPv6 with a port": ("[2001:db8:1:2::9]:443", "[2001:db8:1::]:443"),
    "a list": ("203.0.113.77, 2001:db8:1:2::9", "203.0.113.0, 2001:db8:1::"),
    "truncated already": ("203.0.113.0", "203.0.113.0"),
    "empty": ("", ""),
    "a dash": ("-", "-"),
    "no address": ("hunter22x", "[ip]"),
    "a name among addresses": ("203.0.113.77, hunter22x", "203.0.113.0, [ip]"),
}


@pytest.mark.parametrize(("address", "safe"), TRUNCATED.values(), ids=TRUNCATED)
def test_a_visitors_address_is_truncated_to_its_network(address: str, safe: str) -> None:
    assert scrub("ip", address) == safe
    assert scrub("ip", [address]) == [safe]
    assert scrub("ip", safe) == safe


ADDRESSES = ("203.0.113.77", "2001:db8:1:2::9")


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("field_class", ["ip.infrastructure", "ip.actor"])
def test_addresses_of_infrastructure_and_actors_are_kept(field_class: str, address: str) -> None:
    for policy in (Policy(), STRICT, FORENSIC):
        assert scrub(field_class, address, policy) == address


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_is_kept_marked_or_dropped_as_the_policy_says(address: str) -> None:
    assert scrub("ip", address, Policy(ip="keep")) == address
    assert scrub("ip", address, FORENSIC) == mark("ip", address)
    assert scrub("ip", address, STRICT) == "[ip]"


def test_a_mark_is_of_the_address_and_not_of_how_it_is_written() -> None:
    written = ["2001:db8::1", "2001:0DB8:0:0:0:0:0:1", "[2001:db8::1]:443"]
    assert len(set(scrub("ip", written, FORENSIC))) == 1


@pytest.mark.parametrize("choice", ["keep", "truncate", "mark", "encrypt", "drop"])
def test_what_is_no_address_never_stays(choice: str) -> None:
    assert scrub("ip", "hunter22x", Policy(ip=choice)) == "[ip]"


@given(address=st.ip_addresses(v=4))
def test_an_encrypted_ipv4_address_comes_back(address: IPv4Address) -> None:
    assert decrypt(encrypt(address, MARKER, RING), RING) == str(address)


@given(address=st.ip_addresses(v=6))
def test_of_an_encrypted_ipv6_address_its_network_of_64_bits_comes_back(address: IPv6Address) -> None:
    assert decrypt(encrypt(address, MARKER, RING), RING) == str(IPv6Address(int(address) >> 64 << 64))


def letters(address: IPv4Address | IPv6Address) -> str:
    """Return the letters that stand for an encrypted address."""
    return encrypt(address, MARKER, RING).partition(".")[2][:16]


def bits(text: str) -> str:
    """Return base32 letters as bits."""
    return "".join(f"{'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.index(letter):05b}" for letter in text)


@given(address=st.ip_addresses(v=4), kept=st.integers(0, 31))
def test_addresses_of_equal_prefixes_are_encrypted_to_equal_prefixes_and_no_further(
    address: IPv4Address, kept: int
) -> None:
    other = IPv4Address(int(address) ^ 1 << (31 - kept))
    one, two = bits(letters(address))[1:33], bits(letters(other))[1:33]
    assert one[:kept] == two[:kept]
    assert one[kept] != two[kept]


def test_encrypted_addresses_hide_the_address_and_are_left_alone() -> None:
    policy = Policy(ip="encrypt")
    safe = scrub("ip", "203.0.113.77:443", policy)
    assert "203" not in safe
    assert safe == encrypt(ip_address("203.0.113.77"), MARKER, RING)
    assert scrub("ip", safe, policy) == safe


def test_a_retired_key_still_decrypts_and_a_foreign_one_does_not() -> None:
    made = encrypt(ip_address("203.0.113.77"), MARKER, RING)
    assert decrypt(made, rotate_ring(RING, bytes(range(100, 132)))) == "203.0.113.77"
    assert decrypt(made, new_ring(bytes(range(64, 128)))) is None


FOREIGN = {
    "a forged mark": "[ip-encrypted~AA.AAAAAAAAAAAAAAAAAAAA]",
    "a mark of another rule": mark("ip", "203.0.113.77"),
    "a plain mark": "[ip]",
    "no mark": "203.0.113.77",
}


@pytest.mark.parametrize("text", FOREIGN.values(), ids=FOREIGN)
def test_what_was_not_encrypted_here_is_not_decrypted(text: str) -> None:
    assert decrypt(text, RING) is None


def test_without_a_key_an_address_becomes_a_plain_mark() -> None:
    for choice in ("mark", "encrypt", "drop"):
        assert scrub("ip", "203.0.113.77", Policy(ip=choice), ring=None) == "[ip]"
