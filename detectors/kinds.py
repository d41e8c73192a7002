"""Kinds of evidence and their keys: what is kept, about what, for how long, and whose it is."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from detectors.evidence import Part

Key = tuple[str | int, ...]
"""What evidence is about. It begins with whose it is (`Kind.owner`); text is a public name or a fingerprint."""
Owner = Key
"""A detector's name, then whose a key is."""


def spell(key: Key) -> str:
    """Write a key so that equal keys are equal text, and others are not.

    >>> spell(("shop.example", 5))
    '["shop.example",5]'
    """
    return orjson.dumps(key).decode()


@dataclass(frozen=True, slots=True, eq=False)  # one object a kind: looked up by what it is, at every row
class Kind:
    """One kind of evidence of one detector: evidence is kept by (kind, key, pane), a pane being a slice of time."""

    detector: str
    name: str
    pane: int
    """Seconds."""
    owner: int
    """How many first elements of a key say whose it is. All evidence of one owner is judged in one place, in order."""
    parts: tuple[Part, ...]
    """New ones are only ever added at the end: what an older version wrote lacks them and is read all the same."""
    keys: int = 1000
    """At most so many per owner and pane; those with the smallest keyed hash stay."""
    at_once: bool = False
    """Judged at each merge too, not only once its pane is closed: for proof, and for what stays true."""
    always: bool = False
    """While the owner is remembered and time ticks, its panes are closed with no evidence too: the key is the owner."""
    early: bool = False
    """Judged at each merge, and statistics of it may be said then: what they rest on beside the evidence was settled
    before (`View.settled`), and more evidence never takes them back."""
    keep: int = 0
    """Seconds that a closed pane can still be read, and merged into, by later evidence of the same owner."""
    remembered: int = 1000
    """How many keys' memories are kept per owner between panes; those with the smallest keyed hash stay."""
    everywhere: bool = False
    """Small, and sent to every judge: deploys, changes of configuration and policy."""

    @property
    def id(self) -> str:
        """Return the name on the wire."""
        return f"{self.detector}.{self.name}"

    def owner_of(self, key: Key) -> Owner:
        """Return whose a key is: the detector's name, and the first elements."""
        return (self.detector, *key[: self.owner])
