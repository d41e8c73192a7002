"""I5: a stolen token or session changes the account from where its owner never is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pipeline.simulator.audit import GRAVE, TOKEN_CREATE, AuditEvent, change
from pipeline.simulator.base import DAY, HOUR, SECOND
from pipeline.simulator.cases import Audit, Case, Effect, Stage
from pipeline.simulator.geography import HOSTING, address
from pipeline.simulator.world import Actor, Zone


def _listed(zone: Zone) -> bool:
    return zone.account.listed


def new_network(stage: Stage) -> Effect:
    """Let a token be used from a host that can be rented by the hour."""
    actor = stage.account.tokens[0]
    return Effect(audit=_used(stage, actor, address(stage.rng, stage.rng.choice(HOSTING)), 15))


def same_network(stage: Stage) -> Effect:
    """Let it be used from the owner's own provider, but from no network that is allowed."""
    actor = stage.account.tokens[1]
    return Effect(audit=_used(stage, actor, address(stage.rng, actor.home.networks[1]), 3))


def at_night(stage: Stage) -> Effect:
    """Let a person's session change much in a short while, while the person sleeps."""
    actor = stage.account.people[2]
    ip = address(stage.rng, stage.rng.choice(HOSTING))
    day = stage.start // SECOND // DAY * DAY + (27 - actor.home.hours) % 24 * HOUR
    begun = max(stage.start, min(day * SECOND, stage.end - HOUR * SECOND // 4))
    return Effect(audit=_used(stage, actor, ip, 40, begun, begun + HOUR * SECOND // 4))


def made_and_used(stage: Stage) -> Effect:
    """Let a stolen session make a token, and that token be used elsewhere."""
    actor, rng = stage.account.people[4], stage.rng
    first, second = (address(rng, network) for network in rng.sample(HOSTING, 2))
    token = rng.randbytes(16).hex()
    use = _used(stage, actor, second, 6, stage.start + 5 * 60 * SECOND, api=True, token=token)
    made = AuditEvent(stage.start + 60 * SECOND, actor, first, False, TOKEN_CREATE)  # noqa: FBT003 - by the dashboard

    def audit(low: int, high: int) -> Iterator[AuditEvent]:
        if low <= made.at < high:
            stage.show_at(made.at)
            yield made
        yield from use(low, high)

    return Effect(audit=audit)


def other_door(stage: Stage) -> Effect:
    """Let someone who only ever used the dashboard come by the API, from the office."""
    actor = stage.account.people[5]
    return Effect(audit=_used(stage, actor, f"203.0.113.{1 + stage.rng.getrandbits(7)}", 4, api=True))


def _used(
    stage: Stage,
    actor: Actor,
    ip: str,
    count: int,
    start: int = 0,
    end: int = 0,
    *,
    api: bool = False,
    token: str = "",
) -> Audit:
    """Make so many changes, one in three of them grave."""
    stage.label.subject = actor.token_name or "a person"
    low, high = start or stage.start, min(end or stage.end, stage.end)
    drawn = sorted(stage.rng.randrange(low, high) for _ in range(count))

    def audit(begin: int, until: int) -> Iterator[AuditEvent]:
        for number, at in enumerate(drawn):
            if begin <= at < until:
                event = change(stage.rng, stage.account, actor, at, ip)
                if number % 3 == 0:
                    event = replace(event, action=stage.rng.choice(GRAVE[1:]))
                stage.show_at(at)
                yield replace(event, api=event.api or api, token=token)

    return audit


ROWS = (
    Case("I5.new_network", "audit_access", "easy", (60, 180), new_network, fits=_listed),
    Case("I5.night", "audit_access", "medium", (180, 360), at_night, fits=_listed),
    Case("I5.token_create", "audit_access", "medium", (60, 120), made_and_used, fits=_listed),
    Case("I5.other_door", "audit_access", "medium", (60, 180), other_door, fits=_listed),
    Case("I5.same_network", "audit_access", "hard", (60, 180), same_network, fits=_listed),
)
