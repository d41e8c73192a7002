"""What those who run a zone do to it, and what happens to the platform below."""

from __future__ import annotations

from pipeline.simulator.base import MINUTE, SECOND, Call, Exchange
from pipeline.simulator.cases import Case, Effect, Stage
from pipeline.simulator.extras import steady
from pipeline.simulator.world import INTERNAL_HOST, Zone

_PURGED = 15 * MINUTE * SECOND
_BLIP = 10 * MINUTE * SECOND


def deploy(stage: Stage) -> Effect:
    """Let a new version come, with a few errors at first, and the cache start empty."""
    script = stage.zone.scripts[1]
    stage.blame(script=script)
    stage.show_at(stage.start)

    def change(x: Exchange) -> None:
        since = x.at - stage.start
        if x.route.script == script:
            x.version = stage.zone.versions[script][1]
            if since < _BLIP and not x.failure and not x.measure and stage.rng.random() < 0.03:  # noqa: PLR2004 - a few
                x.status, x.calls, x.etag, x.answered = 500, [], "", ""
                x.failure = ("ReferenceError", "config is not defined")
                stage.show(x)
        elif since < _PURGED and x.cache == "hit":
            x.cache = "miss"

    return Effect(change=change, lasting=True)


def outage(stage: Stage) -> Effect:
    """Let the platform itself fail for a while, whatever the script."""
    stage.show_at(stage.start)

    def change(x: Exchange) -> None:
        if x.route.script and not x.measure and stage.rng.random() < 0.4:  # noqa: PLR2004 - not all of it
            x.status, x.calls, x.etag, x.answered = 500, [], "", ""
            x.failure = ("Error", "internal error; reference = 3kf0q2")
            stage.show(x)

    return Effect(change=change)


def log_gap(stage: Stage) -> Effect:
    """Let no log of the zone come for a while, and then all of them at once."""
    stage.show_at(stage.start)
    return Effect(held_back=True)


def key_rotation(stage: Stage) -> Effect:
    """Let Workers show their next credential to the backend; both are allowed."""
    service = stage.zone.services["orders"]
    stage.blame(subject=service.host)

    def change(x: Exchange) -> None:
        for call in x.calls:
            if call.service is service and call.authorization == f"Bearer {service.key}":
                call.authorization = f"Bearer {service.next_key}"
                stage.show(x)

    return Effect(change=change, more=steady(stage, stage.zone.of_kind("private"), 0.3), lasting=True)


def internal_host(stage: Stage) -> Effect:
    """Let a Worker ask a host inside, by a name that is allowed."""
    route = stage.zone.route("/api/v2/me/cart")
    stage.blame(route, subject=INTERNAL_HOST)

    def change(x: Exchange) -> None:
        if x.route is route and x.calls:
            x.calls.append(Call(INTERNAL_HOST, "/stock", origin="10.40.0.12", logged=not stage.zone.egress))
            stage.show(x)

    return Effect(change=change, more=steady(stage, [route], 0.3))


def _listed(zone: Zone) -> bool:
    return zone.listed


ROWS = (
    Case("deploy", "compat_drift", "", (30, 60), deploy),
    Case("outage", "compat_drift", "", (10, 30), outage, wide=True),
    Case("log_gap", "silence", "", (40, 50), log_gap, expect="any"),
    Case("key_rotation", "backend_credentials", "", (60, 120), key_rotation, fits=_listed),
    Case("internal_host", "outbound_hosts", "", (120, 240), internal_host, fits=_listed),
)
