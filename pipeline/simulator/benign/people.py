"""Users, staff and administrators who look as if something were wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pipeline.simulator.audit import AuditEvent, change
from pipeline.simulator.base import SECOND, Exchange
from pipeline.simulator.cases import Case, Effect, Stage
from pipeline.simulator.chance import times
from pipeline.simulator.extras import moments, steady
from pipeline.simulator.geography import PLACES, address
from pipeline.simulator.routes import LISTS
from pipeline.simulator.visitors import identity
from pipeline.simulator.visits import plain
from pipeline.simulator.world import Zone

_EMPTY_TAG = "d751713988987e93"
"""Of an empty list, whoever asks."""
_GONE_TAG = "5f4dcc3b0e9a71c2"


def impersonation(stage: Stage) -> Effect:
    """Let staff see a user's pages to help, and say so in a header."""
    zone, route = stage.zone, stage.zone.route("/account/profile")
    stage.blame(route)

    def make(at: int) -> Exchange:
        x = plain(zone, stage.rng, stage.visits.visitors.user(0, at // SECOND), route, at)
        x.impersonates = x.answered = identity(zone, 1 + stage.rng.randrange(zone.users - 1))
        stage.show(x)
        return x

    return Effect(more=moments(stage, 20, make))


def user_cache(stage: Stage) -> Effect:
    """Let a cache answer what is private, to each user its own."""
    route = stage.zone.route(LISTS)
    stage.blame(route)
    asked: set[str] = set()

    def more(low: int, high: int) -> Iterator[Exchange]:
        for x in ask(low, high):
            if x.client.identity in asked and x.status == 200:  # noqa: PLR2004 - an answer that may be kept
                x.cache, x.calls = "hit", []
                stage.show(x)
            asked.add(x.client.identity)
            yield x

    ask = steady(stage, [route], 4.0)
    return Effect(more=more)


def empty_lists(stage: Stage) -> Effect:
    """Let many users have the same nothing, or find the same page missing."""
    routes = stage.zone.of_kind("private")
    stage.blame(routes[0])

    def more(low: int, high: int) -> Iterator[Exchange]:
        for x in ask(low, high):
            if stage.rng.random() < 0.5:  # noqa: PLR2004 - as often as not
                x.etag, x.size = _EMPTY_TAG, 2
            else:
                x.status, x.etag, x.size = 404, _GONE_TAG, 146
            stage.show(x)
            yield x

    ask = steady(stage, routes, 3.0)
    return Effect(more=more)


def travel(stage: Stage) -> Effect:
    """Let an administrator who is known to travel work from two continents in a day."""
    actor = next(each for each in stage.account.people if each.roaming)
    hotels = [address(stage.rng, place.networks[0]) for place in stage.rng.sample(PLACES, 3)]
    third = (stage.end - stage.start) // 3

    def audit(low: int, high: int) -> Iterator[AuditEvent]:
        for at in times(stage.rng, low, high, 1 / 900):
            stage.show_at(at)
            yield change(stage.rng, stage.account, actor, at, hotels[min(2, (at - stage.start) // third)])

    return Effect(audit=audit)


def new_network_known(stage: Stage) -> Effect:
    """Let an administrator come from another desk of the same office."""
    actor = stage.account.people[4]

    def audit(low: int, high: int) -> Iterator[AuditEvent]:
        for at in times(stage.rng, low, high, 1 / 600):
            stage.show_at(at)
            event = change(stage.rng, stage.account, actor, at)
            yield replace(event, ip=f"203.0.113.{129 + stage.rng.getrandbits(6)}")

    return Effect(audit=audit)


def _listed(zone: Zone) -> bool:
    return zone.account.listed


ROWS = (
    Case("impersonation", "cross_user", "", (60, 180), impersonation),
    Case("user_cache", "cross_user", "", (60, 180), user_cache),
    Case("empty_lists", "cross_user", "", (120, 240), empty_lists),
    Case("travel", "audit_access", "", (240, 360), travel, fits=_listed),
    Case("other_desk", "audit_access", "", (60, 180), new_network_known, fits=_listed),
)
