"""What a host is, in one word, and whether that word means inside, outside or nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final


class HostClass(StrEnum):
    """What a host is; of several that fit, the one listed first is told."""

    METADATA = "metadata"
    """A cloud's metadata service: credentials for the asking."""
    LOOPBACK = "loopback"
    """The machine that asks; also 0.0.0.0 and ::, which lead there."""
    LOCAL_FILE = "local_file"
    """A file of the machine that asks: a file: URL without a host."""
    LINK_LOCAL = "link_local"
    PRIVATE = "private"
    """Private, shared and unique-local networks."""
    INTERNAL_NAME = "internal_name"
    """A name that only resolves inside a network."""
    SINGLE_LABEL = "single_label"
    """A name without a dot: a host nearby, by a search domain."""
    REBINDING = "rebinding"
    """A name of a service whose answer changes between two questions."""
    MULTICAST = "multicast"
    DOCUMENTATION = "documentation"
    RESERVED = "reserved"
    """Any other range that the IANA registries call not globally reachable."""
    WILDCARD_DNS = "wildcard_dns"
    """A name of a service that answers with the address inside the name, here a public one or none."""
    PUBLIC = "public"
    UNRESOLVABLE = "unresolvable"
    """A host by the URL standard, but not one that DNS can hold: an empty or overlong label, or .invalid."""
    NO_HOST = "no_host"
    """Nothing that names a host: empty, a path, or data: and its like."""
    INVALID = "invalid"
    """What the URL standard refuses; a client that keeps to it throws."""


class Verdict(StrEnum):
    """The coarsest view of a host."""

    INTERNAL = "internal"
    EXTERNAL = "external"
    INVALID = "invalid"


VERDICTS: Final[Mapping[HostClass, Verdict]] = {
    **dict.fromkeys(HostClass, Verdict.INTERNAL),
    HostClass.WILDCARD_DNS: Verdict.EXTERNAL,
    HostClass.PUBLIC: Verdict.EXTERNAL,
    HostClass.UNRESOLVABLE: Verdict.INVALID,
    HostClass.NO_HOST: Verdict.INVALID,
    HostClass.INVALID: Verdict.INVALID,
}
"""What each class comes to."""

_RANK: Final = {kind: rank for rank, kind in enumerate(HostClass)}


def gravest(kinds: Iterable[HostClass]) -> HostClass:
    """Return the class that is told of several; public for none.

    >>> str(gravest([HostClass.PUBLIC, HostClass.PRIVATE, HostClass.LOOPBACK]))
    'loopback'
    """
    return min(kinds, key=_RANK.__getitem__, default=HostClass.PUBLIC)
