"""Where people and machines connect from: data centres of the edge, places, networks. Prefixes are made up."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Network:
    """An autonomous system."""

    number: int
    name: str
    prefix: str
    """First two bytes of its IPv4 addresses."""
    prefix6: str = ""
    """First 32 bits of its IPv6 addresses, where it gives them to people."""


@dataclass(frozen=True, slots=True)
class Place:
    """A city, its nearest data centre, its networks."""

    colo: str
    colo_id: int
    country: str
    city: str
    region: str
    latitude: str
    longitude: str
    hours: int
    """Ahead of UTC."""
    networks: tuple[Network, ...]


PLACES = (
    Place("FRA", 12, "de", "Frankfurt am Main", "HE", "50.11550", "8.68420", 1, (
        Network(3320, "DTAG", "84.134", "2003:d2"), Network(3209, "VODANET", "88.68", "2a02:8108"))),
    Place("LHR", 28, "gb", "London", "ENG", "51.50850", "-0.12570", 0, (
        Network(2856, "BT-UK-AS", "86.140"), Network(5089, "NTL", "82.20", "2a02:c7c"))),
    Place("CDG", 31, "fr", "Paris", "IDF", "48.85340", "2.34880", 1, (
        Network(3215, "ORANGE", "90.63", "2a01:cb08"), Network(12322, "PROXAD", "82.66"))),
    Place("ORD", 45, "us", "Chicago", "IL", "41.85000", "-87.65000", -6, (
        Network(7922, "COMCAST-7922", "73.45", "2601:240"), Network(7018, "ATT-INTERNET4", "99.120"))),
    Place("SEA", 52, "us", "Seattle", "WA", "47.60620", "-122.33210", -8, (
        Network(7922, "COMCAST-7922", "67.160"), Network(209, "CENTURYLINK", "71.35"))),
    Place("NRT", 77, "jp", "Tokyo", "13", "35.68950", "139.69170", 9, (
        Network(2516, "KDDI", "106.72", "240f:6e"), Network(4713, "OCN", "153.142"))),
    Place("GRU", 91, "br", "Sao Paulo", "SP", "-23.54750", "-46.63610", -3, (
        Network(26599, "TELEFONICA BRASIL", "177.68", "2804:431"), Network(28573, "CLARO", "189.33"))),
    Place("BOM", 104, "in", "Mumbai", "MH", "19.07280", "72.88260", 5, (
        Network(55836, "RELIANCEJIO-IN", "49.36", "2409:4040"), Network(24560, "AIRTEL", "122.170"))),
)  # fmt: skip

HOSTING = (
    Network(14061, "DIGITALOCEAN-ASN", "142.93"),
    Network(16276, "OVH", "51.77"),
    Network(24940, "HETZNER-AS", "95.216"),
    Network(20473, "AS-CHOOPA", "45.76"),
    Network(9009, "M247", "185.212"),
)
"""Networks of machines rather than people."""

CRAWLING = Network(15169, "GOOGLE", "66.249")
BUILDING = Network(8075, "MICROSOFT-CORP-MSN-AS-BLOCK", "20.118")
"""Where builds run, each time from another address."""


def address(rng: Random, network: Network) -> str:
    """Draw an address of a network; one in eight is of version 6 where the network has such."""
    bits = rng.getrandbits(32)
    if network.prefix6 and not bits & 7:
        return f"{network.prefix6}:{bits >> 3 & 0xFFFF:x}:{bits >> 19:x}::{rng.getrandbits(16):x}"
    return f"{network.prefix}.{bits >> 8 & 255}.{1 + (bits >> 16) % 254}"
