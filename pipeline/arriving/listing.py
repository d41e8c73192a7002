"""A pass over a bucket: pages of objects that may be new, without those that lie behind what is looked at again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from pipeline.arriving.naming import before, days_of, is_of_a_day, placed
from pipeline.inputs import is_log
from pipeline.objects import Client, Listed, pages
from pipeline.stores import Address

OVERLAP = timedelta(days=2)
"""So much is looked at again before the newest object: log jobs try for a day, and objects come in any order."""


class Horizons(Protocol):
    """What is asked of a cursor here."""

    def horizon(self, place: str) -> str:
        """Return the time before which nothing of a place is listed any more."""
        ...


@dataclass(slots=True)
class Pass:
    """One pass; it is moved on page by page, and holds no more than one."""

    client: Client
    below: Address
    since: str
    """The time, as names spell it, before which nothing is read; empty for all."""
    since_seconds: float
    """The same, for objects whose keys say no time: by the store's clock."""
    now: str
    """The time, likewise: a name from the future moves nothing."""
    horizons: Horizons
    newest: dict[str, str] = field(default_factory=dict)
    """By place, the newest time that a key said. Places, not objects: there are few."""
    untimed: set[str] = field(default_factory=set)
    """Folders with keys that say no time, or with folders: there no listing may begin behind a time."""

    def pages(self) -> Iterator[list[Listed]]:
        """Yield objects that are worth asking about, folder by folder, days in their order.

        Raises:
            StoreError: the listing was refused, or broke off.

        """
        yield from self._walk(self.below.key)

    def ahead(self) -> dict[str, str]:
        """Return the horizons to come, once all that this pass found is done."""
        timed = {place: word for place, word in self.newest.items() if place not in self.untimed}
        found = {place: before(min(word, self.now), OVERLAP) for place, word in timed.items()}
        return {place: word for place, word in found.items() if word}

    def _walk(self, folder: str) -> Iterator[list[Listed]]:
        horizon = self.horizons.horizon(folder)
        first_day = max(self.horizons.horizon(days_of(folder)), self.since)[: len("20260315")]
        after = folder + horizon if horizon else ""
        for page in pages(self.client, Address(self.below.bucket, folder), after=after, one_level=True):
            yield [each for each in page.objects if self._is_worth_asking(each)]
            for below in page.folders:
                own = below[len(folder) :]
                self.untimed.add(folder)
                if not is_of_a_day(own) or own >= first_day:
                    yield from self._walk(below)

    def _is_worth_asking(self, found: Listed) -> bool:
        if not is_log(found.key, found.size):
            return False
        place, word = placed(found.key)
        if not word:
            self.untimed.add(place)
            return found.modified >= self.since_seconds
        self.newest[place] = max(self.newest.get(place, ""), word)
        return word >= max(self.since, self.horizons.horizon(place))
