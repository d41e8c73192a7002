"""I2: a user's own credential reaches a backend that should see only the Worker's."""

from __future__ import annotations

from functools import partial

from pipeline.simulator.base import DAY, SECOND, Call, Exchange
from pipeline.simulator.cases import Case, Effect, Stage
from pipeline.simulator.extras import moments, some_user, steady
from pipeline.simulator.requests import call_ray
from pipeline.simulator.visitors import user_token
from pipeline.simulator.visits import plain

_HEAD = "/api/v2/me/cart"


def forwarded(stage: Stage, head: str = "") -> Effect:
    """Let every call to the orders backend, or only those of one route, carry the user's header."""
    service = stage.zone.services["orders"]
    routes = [stage.zone.route(head)] if head else stage.zone.of_kind("private")
    stage.blame(stage.zone.route(head) if head else None, routes[0].script, service.host)

    def change(x: Exchange) -> None:
        if x.client.authorization and (x.route is routes[0] if head else x.route.service is service):
            for number, call in enumerate(x.calls):
                if call.service is service:
                    _leak(stage, x, number, call)

    return Effect(change=change, more=steady(stage, routes, 1.0))


def on_retry(stage: Stage) -> Effect:
    """Let only the second try carry it, after the backend was busy."""
    service = stage.zone.services["orders"]
    stage.blame(stage.zone.route(_HEAD), subject=service.host)

    def make(at: int) -> Exchange:
        x = _by_user(stage, at)
        x.calls[0].status = 503
        x.calls.append(Call(service.host, x.path, service=service, origin=service.address))
        _leak(stage, x, len(x.calls) - 1, x.calls[-1])
        return x

    return Effect(more=moments(stage, 25, make))


def cookies(stage: Stage) -> Effect:
    """Let the cookies through where the header is replaced."""
    service = stage.zone.services["orders"]
    stage.blame(script=stage.zone.route(_HEAD).script, subject=service.host)

    def change(x: Exchange) -> None:
        if x.client.session and x.route.service is service and x.calls:
            x.calls[0].cookie = f"session={x.client.session}; lang=en"
            stage.show(x, call_ray(x, 0), x.client.session)

    return Effect(change=change, more=steady(stage, [stage.zone.route(_HEAD)], 1.0))


def rarely(stage: Stage) -> Effect:
    """Let one request in a thousand carry it, here twice in all."""
    stage.blame(stage.zone.route(_HEAD), subject=stage.zone.services["orders"].host)

    def make(at: int) -> Exchange:
        x = _by_user(stage, at)
        _leak(stage, x, 0, x.calls[0])
        return x

    return Effect(more=moments(stage, 2, make))


def unseen_at_edge(stage: Stage) -> Effect:
    """Let users be seen by the backend alone, since the edge's log of them is missing."""
    zone, visitors = stage.zone, stage.visits.visitors
    stage.blame(zone.route(_HEAD), subject=zone.services["orders"].host)

    def make(at: int) -> Exchange:
        stranger_to_logs = visitors.user(zone.users + stage.rng.randrange(120), at // SECOND)
        x = plain(zone, stage.rng, stranger_to_logs, zone.route(_HEAD), at)
        x.logged = False
        _leak(stage, x, 0, x.calls[0])
        return x

    return Effect(more=moments(stage, 240, make))


def foreign(stage: Stage) -> Effect:
    """Let a token of another issuer, meant for the edge's app, be shown to a backend, and never at the edge."""
    zone = stage.zone
    stage.blame(zone.route(_HEAD), subject=zone.services["orders"].host)
    issuer = "https://login.other-tenant.example/"
    shown = user_token(stage.rng, zone, "ext-7", stage.start // SECOND // DAY, issuer, f"{zone.name}-app")

    def make(at: int) -> Exchange:
        x = _by_user(stage, at)
        x.logged = False
        x.calls[0].authorization = f"Bearer {shown}"
        stage.show(x, call_ray(x, 0), shown)
        return x

    return Effect(more=moments(stage, 5, make))


def _by_user(stage: Stage, at: int) -> Exchange:
    return plain(stage.zone, stage.rng, some_user(stage)(at), stage.zone.route(_HEAD), at)


def _leak(stage: Stage, x: Exchange, number: int, call: Call) -> None:
    call.authorization = x.client.authorization
    stage.show(x, call_ray(x, number), x.client.authorization)


ROWS = (
    Case("I2.all", "backend_credentials", "easy", (60, 180), forwarded),
    Case("I2.one_route", "backend_credentials", "medium", (60, 180), partial(forwarded, head=_HEAD)),
    Case("I2.retry", "backend_credentials", "medium", (60, 180), on_retry),
    Case("I2.cookies", "backend_credentials", "medium", (60, 180), cookies),
    Case("I2.rare", "backend_credentials", "hard", (60, 180), rarely),
    Case("I2.edge_missing", "backend_credentials", "hard", (60, 120), unseen_at_edge),
    Case("I2.foreign", "backend_credentials", "hard", (60, 120), foreign),
)
