"""Programs that ask much or oddly, and may."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from pipeline.simulator.agents import CRAWLER, MONITOR, TOOLS
from pipeline.simulator.audit import AuditEvent, change
from pipeline.simulator.base import Exchange
from pipeline.simulator.cases import Case, Effect, Stage
from pipeline.simulator.chance import times
from pipeline.simulator.extras import moments, steady
from pipeline.simulator.geography import BUILDING, CRAWLING, HOSTING, address
from pipeline.simulator.incidents.outbound_hosts import PLAIN
from pipeline.simulator.visitors import machine
from pipeline.simulator.visits import plain, refused

PARTNERS = "198.51.18.0/24"
"""Network of those who may ask more than others."""


def partner_retries(stage: Stage) -> Effect:
    """Let a partner's client meet the limit and ask again at once, and again."""
    rng = stage.rng
    route = stage.zone.route("/api/v2/products/")
    stage.blame(route)
    clients = [machine(rng, HOSTING[2], TOOLS[1], f"198.51.18.{number}") for number in range(10, 14)]
    asked = steady(stage, [route], 200.0, lambda _at: rng.choice(clients))

    def more(low: int, high: int) -> Iterator[Exchange]:
        for x in asked(low, high):
            if rng.random() < 0.8:  # noqa: PLR2004 - the more it asks, the more is refused
                refused(x, "limit")
                stage.show(x)
            yield x

    return Effect(more=more)


def crawler(stage: Stage) -> Effect:
    """Let a search engine read pages, some of which are gone."""
    rng = stage.rng
    clients = [machine(rng, CRAWLING, CRAWLER, bot="Search Engine Crawler") for _ in range(6)]
    asked = steady(stage, stage.zone.of_kind("page"), 20.0, lambda _at: rng.choice(clients))

    def more(low: int, high: int) -> Iterator[Exchange]:
        for x in asked(low, high):
            if rng.random() < 0.15:  # noqa: PLR2004 - gone
                x.status = 404
            stage.show(x)
            yield x

    return Effect(more=more)


def monitor(stage: Stage) -> Effect:
    """Let five monitors ask for the same page every few seconds, all day."""
    clients = [machine(stage.rng, network, MONITOR) for network in HOSTING]
    turn = count()
    asked = steady(stage, [stage.zone.route("/")], 10.0, lambda _at: clients[next(turn) % len(clients)])

    def more(low: int, high: int) -> Iterator[Exchange]:
        for x in asked(low, high):
            stage.show(x)
            yield x

    return Effect(more=more)


def pen_test(stage: Stage) -> Effect:
    """Let those who were asked to look for holes try, and be refused each time."""
    rng = stage.rng
    tester = machine(rng, HOSTING[4], TOOLS[0])
    route = stage.zone.route("/api/v2/import")
    stage.blame(route)

    def make(at: int) -> Exchange:
        x = plain(stage.zone, rng, tester, route, at)
        x.query = f"?url={rng.choice(PLAIN)[0].replace('&', '%26')}"
        stage.show(x)
        return refused(x, "internal")

    return Effect(more=moments(stage, 80, make))


def builds(stage: Stage) -> Effect:
    """Let the builds' token be used from another rented address each time."""
    actor = next(each for each in stage.account.tokens if each.roaming)

    def audit(low: int, high: int) -> Iterator[AuditEvent]:
        for at in times(stage.rng, low, high, 1 / 120):
            stage.show_at(at)
            yield change(stage.rng, stage.account, actor, at, address(stage.rng, BUILDING))

    return Effect(audit=audit)


ROWS = (
    Case("partner_retries", "rate_limit_spikes", "", (20, 40), partner_retries, expect="any", burst="legit"),
    Case("crawler", "rate_limit_spikes", "", (120, 240), crawler),
    Case("monitor", "rate_limit_spikes", "", (240, 360), monitor),
    Case("pen_test", "outbound_hosts", "", (60, 120), pen_test, expect="attempt"),
    Case("builds", "audit_access", "", (120, 240), builds),
)
