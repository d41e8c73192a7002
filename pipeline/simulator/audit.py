"""Changes to accounts: who makes which, from where, and how the two formats of the audit log say so."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import orjson

from pipeline.simulator.base import DAY, HOUR
from pipeline.simulator.chance import times
from pipeline.simulator.clock import rfc3339
from pipeline.simulator.tokens import uuid
from pipeline.simulator.world import Account, Actor

_A_DAY = 90.0
"""Changes to an account."""
_WORK = range(8, 19)
"""Hours at which people work."""


@dataclass(frozen=True, slots=True)
class Action:
    """One kind of change, in the words of both formats."""

    first: str
    """`ActionType` of the first format."""
    resource: str
    kind: str
    """`ActionType` of the second format."""
    product: str


USUAL = (
    Action("rec_set", "dns_record", "update", "dns_records"),
    Action("rec_add", "dns_record", "create", "dns_records"),
    Action("purge_cache", "zone", "update", "cache"),
    Action("rule_update", "firewall_rule", "update", "rulesets"),
    Action("script_update", "worker", "update", "workers"),
    Action("pagerule_update", "pagerule", "update", "page_rules"),
    Action("ssl_update", "zone", "update", "ssl"),
)
GRAVE = (
    Action("token_create", "api_token", "create", "user_tokens"),
    Action("member_add", "member", "create", "members"),
    Action("logpush_job_delete", "logpush_job", "delete", "logpush"),
    Action("worker_secret_create", "worker_secret", "create", "workers"),
    Action("waf_off", "waf", "update", "waf"),
)
"""What opens doors or blinds those who watch them."""
TOKEN_CREATE = GRAVE[0]


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One change to an account."""

    at: int
    actor: Actor
    ip: str
    api: bool
    """Whether it came by the API rather than the dashboard."""
    action: Action
    token: str = ""
    """Id of the API token, where it is not the actor's own."""


def usual_changes(rng: Random, account: Account, low: int, high: int) -> list[AuditEvent]:
    """Return the changes of everyday work between two moments, in order."""
    made = []
    for at in times(rng, low, high, _A_DAY / DAY):
        actor = rng.choice(account.tokens) if rng.random() < 0.6 else rng.choice(account.people)  # noqa: PLR2004
        hour = (at // 1_000_000_000 + actor.home.hours * HOUR) % DAY // HOUR
        if actor.token or hour in _WORK:
            made.append(change(rng, account, actor, at))
    return made


def change(rng: Random, account: Account, actor: Actor, at: int, ip: str = "") -> AuditEvent:
    """Return an everyday change by an actor, from where it always comes unless said."""
    where = ip or (_machine_address(rng, account) if actor.token else f"203.0.113.{1 + rng.getrandbits(7)}")
    return AuditEvent(at, actor, where, bool(actor.token), rng.choice(USUAL))


def audit_line(rng: Random, account: Account, event: AuditEvent) -> str:
    """Return the line of a change, in the account's format."""
    members = _second(rng, account, event) if account.second_format else _first(rng, event)
    return orjson.dumps(members).decode()


def _machine_address(rng: Random, account: Account) -> str:
    network, _, _ = account.api.partition("/")
    head, _, last = network.rpartition(".")
    return f"{head}.{int(last) + 1 + rng.randrange(14)}"


def _first(rng: Random, event: AuditEvent) -> dict[str, object]:
    actor, action = event.actor, event.action
    return {
        "ActionResult": True,
        "ActionType": action.first,
        "ActorEmail": actor.email,
        "ActorID": actor.id,
        "ActorIP": event.ip,
        "ActorType": "user",
        "ID": uuid(rng),
        "Interface": "API" if event.api else "UI",
        "Metadata": {"token_name": actor.token_name} if actor.token_name else {},
        "NewValue": {},
        "OldValue": {},
        "OwnerID": actor.id,
        "ResourceID": rng.randbytes(16).hex(),
        "ResourceType": action.resource,
        "When": rfc3339(event.at),
    }


def _second(rng: Random, account: Account, event: AuditEvent) -> dict[str, object]:
    actor, action = event.actor, event.action
    token = (event.token or actor.token) if event.api else ""
    return {
        "AccountID": account.id,
        "AccountName": account.name,
        "ActionDescription": f"{action.kind.capitalize()} {action.resource.replace('_', ' ')}",
        "ActionResult": "success",
        "ActionTimestamp": rfc3339(event.at),
        "ActionType": action.kind,
        "ActorContext": "dash" if not event.api else "api_token" if token else "api_key",
        "ActorEmail": actor.email,
        "ActorID": actor.id,
        "ActorIPAddress": event.ip,
        "ActorTokenDetails": {"token_id": token, "token_name": actor.token_name} if token else {},
        "ActorType": "user",
        "AuditLogID": uuid(rng),
        "Raw": {"cf_ray_id": rng.randbytes(8).hex(), "method": "POST", "status_code": 200, "uri": "", "user_agent": ""},
        "ResourceID": rng.randbytes(16).hex(),
        "ResourceProduct": action.product,
        "ResourceRequest": {},
        "ResourceResponse": {},
        "ResourceScope": "accounts",
        "ResourceType": action.resource,
        "ResourceValue": {},
        "ZoneID": "",
        "ZoneName": "",
    }
