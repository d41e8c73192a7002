"""What can happen: a case has a table row and a function that says what it does to traffic, and leaves a label."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

from pipeline.simulator.audit import AuditEvent
from pipeline.simulator.base import Exchange, Route
from pipeline.simulator.labels import Label, key_hash
from pipeline.simulator.visits import Visits
from pipeline.simulator.world import Account, Zone

_MOST_RAYS = 50

Change = Callable[[Exchange], None]
More = Callable[[int, int], Iterable[Exchange]]
Audit = Callable[[int, int], Iterable[AuditEvent]]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a case does. Whatever is left out stays as it is."""

    change: Change | None = None
    """Changes an exchange of its time; they come in order."""
    more: More | None = None
    """Yields further exchanges that begin between two moments."""
    factor: Callable[[int], float] | None = None
    """How many more visits there are at a second."""
    audit: Audit | None = None
    """Yields further changes to the account between two moments."""
    lasting: bool = False
    """Whether `change` and `factor` go on after the case has ended."""
    unborn: bool = False
    """Whether the zone has no traffic at all before the end of the case, nor a history."""
    held_back: bool = False
    """Whether the zone's logs of this time are all delivered at its end."""
    lost: bool = False
    """Whether the zone's logs of this time never come."""


@dataclass(slots=True)
class Stage:
    """Where and when a case takes place, and what it needs to do so."""

    zone: Zone
    account: Account
    visits: Visits
    rng: Random
    start: int
    end: int
    label: Label

    def blame(self, route: Route | None = None, script: str = "", subject: str = "") -> None:
        """Say what the case is about."""
        self.label.route = route.template if route else ""
        self.label.script = script or (route.script if route else "")
        self.label.subject = subject

    def show(self, x: Exchange, ray: str = "", token: str = "") -> None:
        """Note that an exchange shows the case, by its own ray or another, perhaps with a token."""
        x.shows = x.shows or bool(self.label.difficulty)
        self.show_at(x.at, ray or x.ray, token)

    def show_at(self, moment: int, ray: str = "", token: str = "") -> None:
        """Note a moment at which the case can be seen."""
        label = self.label
        if not label.first_evidence or moment < label.first_evidence:
            label.first_evidence = moment
        if ray and len(label.rays) < _MOST_RAYS:
            label.rays.append(ray)
        if token and len(label.keys) < _MOST_RAYS and (hashed := key_hash(token)) not in label.keys:
            label.keys.append(hashed)


Begin = Callable[[Stage], Effect]


@dataclass(frozen=True, slots=True)
class Case:
    """A row of the tables of what can happen."""

    name: str
    detector: str
    difficulty: str
    minutes: tuple[int, int]
    """How long it lasts, at least and at most."""
    begin: Begin
    expect: str = "finding"
    burst: str = ""
    fits: Callable[[Zone], bool] = lambda _zone: True
    alone: bool = False
    """Whether nothing else may happen in the zone meanwhile."""
    wide: bool = False
    """Whether it happens to all zones of the account."""
    begins: str = ""
    """midnight or start (of the scenario), where it cannot begin at any time."""

    @property
    def kind(self) -> str:
        """The part of the name before the dot: `I2`."""
        return self.name.partition(".")[0]
