"""Networks that accounts are changed from: whether a list holds an address, and what is remembered of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Final

from redactors.base import ConfigurationError

_DAY: Final = 86_400
HISTORY: Final = 14 * _DAY
"""Seconds for which someone must be known before what is new is told; and for which what was new counts against it."""
EVENTS: Final = 20
"""Changes that someone must have made before."""
_ROAMS: Final = 2
"""New networks within `HISTORY` from which on someone is taken for one who comes from anywhere."""
_NETWORKS_KEPT: Final = 100

_Network = IPv4Network | IPv6Network


@lru_cache(4096)
def is_listed(address: str, networks: tuple[str, ...]) -> bool:
    """Tell whether an address lies in one of these networks.

    >>> is_listed("203.0.113.77/32", ("203.0.113.0/24",)), is_listed("2001:db8::1/128", ("0.0.0.0/0",))
    (True, False)

    Raises:
        ConfigurationError: a network is none; tells which one by its number, from 1.

    """
    asked = ip_network(address)
    return any(_holds(each, asked) for each in _parsed(networks))


def _holds(network: _Network, asked: _Network) -> bool:
    if isinstance(network, IPv4Network):
        return isinstance(asked, IPv4Network) and asked.subnet_of(network)
    return isinstance(asked, IPv6Network) and asked.subnet_of(network)


@lru_cache(256)
def _parsed(networks: tuple[str, ...]) -> Sequence[_Network]:
    parsed = []
    for number, each in enumerate(networks, 1):
        try:
            parsed.append(ip_network(each, strict=False))
        except ValueError:
            message = f"audit_access: network {number} is none; right would be one such as 203.0.113.0/24"
            raise ConfigurationError(message) from None
    return parsed


@lru_cache(4096)
def neighbourhood(address: str) -> str:
    """Return the /24 or /48 of an address: people's machines change theirs within it, privacy addresses daily.

    >>> neighbourhood("203.0.113.77/32"), neighbourhood("2001:db8:1:2::9/128")
    ('203.0.113.0/24', '2001:db8:1::/48')
    """
    network = ip_network(address)
    return str(network.supernet(new_prefix=24 if isinstance(network, IPv4Network) else 48))


@dataclass(frozen=True, slots=True)
class Habit:
    """What is known of someone before a pane."""

    known: bool
    """For long enough, by enough changes."""
    roams: bool
    """Comes from new networks now and then."""
    new: tuple[str, ...]
    """Networks of the pane that it never came from."""


def learn(memory: dict[str, Any], networks: Mapping[str, int], pane: int, *, capped: bool) -> Habit:
    """Remember the networks of a pane with the changes made from each; return what was known before.

    `capped` says that there were more networks than were counted.
    """
    known, since = memory.setdefault("networks", {}), memory.setdefault("since", pane)
    fresh = [at for at in memory.get("fresh", ()) if at > pane - HISTORY]
    new = tuple(sorted(each for each in networks if each not in known))
    settled = pane - since >= HISTORY and memory.get("changes", 0) >= EVENTS
    habit = Habit(settled, capped or len(fresh) >= _ROAMS, new)
    if since != pane:
        memory["fresh"] = (fresh + [pane] * len(new))[-_ROAMS:]
    memory["changes"] = min(EVENTS, memory.get("changes", 0) + sum(networks.values()))
    known.update(dict.fromkeys(networks, pane))
    for each in sorted(known, key=lambda name: (-known[name], name))[_NETWORKS_KEPT:]:
        del known[each]
    return habit
