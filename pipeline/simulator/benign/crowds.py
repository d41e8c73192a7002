"""More people than usual, for reasons that harm nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import exp

from pipeline.simulator.agents import APP
from pipeline.simulator.base import MINUTE, SECOND, Client, Exchange
from pipeline.simulator.cases import Case, Effect, Stage
from pipeline.simulator.chance import poisson, ranked
from pipeline.simulator.geography import PLACES, address
from pipeline.simulator.rhythm import expected
from pipeline.simulator.visitors import client
from pipeline.simulator.visits import refused
from pipeline.simulator.world import Zone

_HOUR = 3600


def flash_crowd(stage: Stage) -> Effect:
    """Let a crowd of newcomers arrive within minutes at a few pages, and leave in an hour or two; some are limited."""
    height = 3 * (50 / 3) ** stage.rng.random()
    ramp, decay = stage.rng.uniform(60, 1200), stage.rng.uniform(1200, 2400)
    zone, begun = stage.zone, stage.start // SECOND
    landing = tuple(zone.of_kind("page")[:3])
    stage.blame(landing[0])

    def more(low: int, high: int) -> Iterator[Exchange]:
        since = low / SECOND - begun
        level = height * min(1.0, since / ramp + 0.05) * exp(-max(0.0, since - ramp) / decay)
        for _ in range(poisson(stage.rng, stage.visits.per_second * level * (high - low) / SECOND)):
            at = low + int(stage.rng.random() * (high - low))
            who = stage.visits.visitors.stranger(stage.rng)
            for x in stage.visits.visit(at, who, landing):
                stage.show(x)
                yield refused(x, "limit") if stage.rng.random() < 0.01 else x  # noqa: PLR2004 - the impatient

    return Effect(more=more)


def advert(stage: Stage) -> Effect:
    """Let visits jump to four times for some minutes, at once."""
    return _times(stage, lambda _since: 4.0)


def newsletter(stage: Stage) -> Effect:
    """Let readers of a newsletter come, most at first; what they click says who they are."""
    page = stage.zone.route("/products/")

    def change(x: Exchange) -> None:
        if x.route is page and stage.rng.random() < 0.6:  # noqa: PLR2004 - those who come by it
            x.query = f"?utm_source=newsletter&utm_medium=email&uid={x.client.number}"

    return replace(_times(stage, lambda since: 1 + 2.5 * exp(-since / 2400)), change=change)


def app_release(stage: Stage) -> Effect:
    """Let every app that is updated fetch all its user's things at once."""
    zone, routes = stage.zone, tuple(stage.zone.of_kind("private"))
    apps: dict[int, Client] = {}

    def app(number: int, at: int) -> Client:
        user = stage.visits.visitors.user(number, at // SECOND)
        if number not in apps:
            place = next(each for each in PLACES if each.colo == user.colo)
            known = (user.identity, user.authorization, user.session)
            apps[number] = client(stage.rng, number, place, place.networks[0], user.ip, APP, known=known)
        return apps[number]

    def more(low: int, high: int) -> Iterator[Exchange]:
        for _ in range(poisson(stage.rng, stage.visits.per_second * 2 * (high - low) / SECOND)):
            at = low + int(stage.rng.random() * (high - low))
            for x in stage.visits.visit(at, app(ranked(stage.rng, zone.users), at), routes):
                stage.show(x)
                yield x

    return Effect(more=more)


def one_address(stage: Stage) -> Effect:
    """Let a hundred users of one office or provider come from one address."""
    zone, rng = stage.zone, stage.rng
    place = zone.places[0]
    network = place.networks[0]
    ip = address(rng, network)
    day = stage.start // SECOND
    users = [stage.visits.visitors.user(number, day) for number in range(1, min(101, zone.users))]
    shared = [
        client(
            rng, each.number, place, network, ip, each.agent, known=(each.identity, each.authorization, each.session)
        )
        for each in users
    ]

    def more(low: int, high: int) -> Iterator[Exchange]:
        for _ in range(poisson(rng, 2.0 * (high - low) / SECOND / MINUTE)):
            for x in stage.visits.visit(low + int(rng.random() * (high - low)), rng.choice(shared)):
                stage.show(x)
                yield x

    return Effect(more=more)


def daylight_saving(stage: Stage) -> Effect:
    """Let the clocks be changed, so that everyone comes an hour earlier from now on."""
    zone = stage.zone
    stage.show_at(stage.start)
    return Effect(factor=lambda second: expected(zone, second + _HOUR) / expected(zone, second), lasting=True)


def onboarding(stage: Stage) -> Effect:
    """Let nothing be heard of the zone before, and all of it from now on."""
    stage.show_at(stage.end)
    return Effect(unborn=True)


def _times(stage: Stage, level: Callable[[float], float]) -> Effect:
    begun = stage.start // SECOND
    stage.show_at(stage.start)
    return Effect(factor=lambda second: level(second - begun))


def _big(zone: Zone) -> bool:
    return zone.size < 2  # noqa: PLR2004 - fifty times a big zone would be all there is


ROWS = (
    Case("flash_crowd", "rate_limit_spikes", "", (90, 120), flash_crowd, expect="any", burst="legit", fits=_big),
    Case("advert", "rate_limit_spikes", "", (10, 10), advert),
    Case("newsletter", "rate_limit_spikes", "", (90, 150), newsletter),
    Case("app_release", "rate_limit_spikes", "", (60, 120), app_release),
    Case("one_address", "rate_limit_spikes", "", (120, 240), one_address),
    Case("daylight_saving", "compat_drift", "", (60, 120), daylight_saving, begins="midnight"),
    Case("onboarding", "compat_drift", "", (240, 360), onboarding, begins="start"),
)
