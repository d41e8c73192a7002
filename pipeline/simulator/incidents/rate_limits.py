"""I3: bursts of 429, by those who mean harm and, once, by a limit that was set too low."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from pipeline.simulator.agents import BROWSERS, TOOLS
from pipeline.simulator.base import Client, Exchange, Route
from pipeline.simulator.cases import Case, Effect, Stage
from pipeline.simulator.extras import steady
from pipeline.simulator.geography import HOSTING, Network
from pipeline.simulator.visitors import machine
from pipeline.simulator.visits import refused


def flood(stage: Stage) -> Effect:
    """Let twenty machines of one network ask for the same again and again."""
    network = stage.rng.choice(HOSTING)
    clients = _machines(stage, [network], 20, TOOLS[:3])
    return _limited(stage, [stage.zone.route("/api/v2/search")], clients, per_minute=300, share=0.9)


def stuffing(stage: Stage) -> Effect:
    """Let many addresses try stolen passwords."""
    clients = _machines(stage, HOSTING[:3], 200, BROWSERS[:12])
    return _limited(stage, [stage.zone.route("/login")], clients, per_minute=120, share=0.4)


def scrape(stage: Stage) -> Effect:
    """Let one network read all products, each once."""
    clients = _machines(stage, [stage.rng.choice(HOSTING)], 8, TOOLS[2:3])
    return _limited(stage, [stage.zone.route("/api/v2/products/")], clients, per_minute=150, share=0.5)


def enumeration(stage: Stage) -> Effect:
    """Let a few machines count through ids of which most do not exist."""
    clients = _machines(stage, [stage.rng.choice(HOSTING)], 3, BROWSERS[40:41])
    numbers = iter(range(10_000_000, 90_000_000, 11))

    def count_on(x: Exchange) -> Exchange:
        x.path = f"{x.route.head}{next(numbers)}"
        for call in x.calls:
            call.path = x.path
        if stage.rng.random() < 0.9:  # noqa: PLR2004 - most do not exist
            x.status, x.etag = 404, ""
            for call in x.calls:
                call.status = 404
        return x

    routes = [stage.zone.route("/api/v2/products/")]
    return _limited(stage, routes, clients, per_minute=60, share=0.35, alter=count_on)


def slow_botnet(stage: Stage) -> Effect:
    """Let hundreds of people's machines ask, each rarely."""
    clients = [stage.visits.visitors.stranger(stage.rng) for _ in range(300)]
    return _limited(stage, [stage.zone.route("/api/v2/search")], clients, per_minute=60, share=0.3)


def unlimited(stage: Stage) -> Effect:
    """Let four machines of one network ask for one thing as fast as they can, which nothing limits."""
    rng, network = stage.rng, stage.rng.choice(HOSTING)
    prefix = f"{network.prefix}.{rng.randrange(256)}"
    clients = [machine(rng, network, TOOLS[1], f"{prefix}.{number}") for number in range(20, 24)]
    route = stage.zone.route("/api/v2/search")
    stage.blame(route)
    asked = steady(stage, [route], 240.0, lambda _at: rng.choice(clients))

    def more(low: int, high: int) -> Iterator[Exchange]:
        for x in asked(low, high):
            stage.show(x)
            yield x

    return Effect(more=more)


def lowered(stage: Stage, measure: str) -> Effect:
    """Let a limit be set too low by mistake, by a rule or in the Worker, so that ordinary users meet it."""
    routes = [each for each in stage.zone.of_kind("private") if each.host.startswith("api.")]
    stage.blame(routes[0])

    def change(x: Exchange) -> None:
        if x.route.host == routes[0].host and not x.measure and stage.rng.random() < 0.35:  # noqa: PLR2004 - a third
            _refuse(x, measure)
            stage.show(x)

    return Effect(change=change, more=steady(stage, routes, 20.0))


def _machines(stage: Stage, networks: Sequence[Network], count: int, agents: Sequence[str]) -> list[Client]:
    rng = stage.rng
    return [machine(rng, rng.choice(networks), rng.choice(agents)) for _ in range(count)]


def _limited(
    stage: Stage,
    routes: Sequence[Route],
    clients: Sequence[Client],
    *,
    per_minute: float,
    share: float,
    alter: Callable[[Exchange], Exchange] | None = None,
) -> Effect:
    """Let these clients ask for these routes, so often in all, of which a share is limited."""
    stage.blame(routes[0])
    asked = steady(stage, routes, per_minute, lambda _at: stage.rng.choice(clients))

    def more(low: int, high: int) -> list[Exchange]:
        made = []
        for x in asked(low, high):
            made.append(alter(x) if alter else x)
            if stage.rng.random() < share:
                _refuse(x, "limit")
                stage.show(x)
        return made

    return Effect(more=more)


def _refuse(x: Exchange, measure: str) -> None:
    if measure:
        refused(x, measure)
    else:
        x.status, x.calls, x.etag, x.answered, x.size, x.limiter = 429, [], "", "", 120, "worker"


ROWS = (
    Case("I3.flood", "rate_limit_spikes", "easy", (15, 25), flood, burst="abuse"),
    Case("I3.stuffing", "rate_limit_spikes", "medium", (20, 40), stuffing, burst="abuse"),
    Case("I3.scrape", "rate_limit_spikes", "medium", (20, 40), scrape, burst="abuse"),
    Case("I3.enumeration", "rate_limit_spikes", "hard", (30, 60), enumeration, burst="abuse"),
    Case("I3.slow_botnet", "rate_limit_spikes", "hard", (30, 60), slow_botnet, burst="abuse"),
    Case("I3.unlimited", "rate_limit_spikes", "medium", (20, 40), unlimited),
    Case("I3.lowered", "rate_limit_spikes", "easy", (30, 60), partial(lowered, measure="limit"), burst="legit"),
    Case("I3.lowered_worker", "rate_limit_spikes", "medium", (30, 60), partial(lowered, measure=""), burst="legit"),
)
