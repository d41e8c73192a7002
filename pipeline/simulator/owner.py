"""What the owner of the zones would write into a configuration: hosts, credentials, routes, networks, people, dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import orjson

from pipeline.simulator.base import SECOND
from pipeline.simulator.benign.machines import PARTNERS
from pipeline.simulator.labels import Label
from pipeline.simulator.routes import LISTS
from pipeline.simulator.simulation import Simulation
from pipeline.simulator.world import OFFICE, Account, World, Zone

KEY_FILE, SECRETS = "edgesieve.key", "secrets"
_DRIFT = "compat_drift"

Mark = Callable[[str], str]
"""Returns the mark of a user id."""


def configuration(simulation: Simulation, mark: Mark) -> dict[str, Any]:
    """Return the configuration that fits a simulation, run or not, as tables; its secrets are in `secret_files`."""
    world, labels = simulation.world, simulation.planned()
    begun = datetime.fromtimestamp(simulation.scenario.start, UTC).date()
    return {
        "key": {"file": KEY_FILE},
        "identity": {
            "request": ["RequestHeaders.x-user-id"],
            "response": ["ResponseHeaders.x-user-id"],
            "session_cookies": ["session"],
            "impersonation": ["RequestHeaders.x-impersonate"],
        },
        "accounts": {each.id: {"audit_access": _audit_access(each, mark)} for each in world.accounts},
        "zones": {each.name: _zone(each, mark) for each in world.zones},
        "scripts": {each.scripts[1]: {_DRIFT: {"date": _date(each, labels, begun)}} for each in world.zones},
    }


def secret_files(world: World) -> dict[str, str]:
    """Return the files that hold the Workers' own credentials: what each holds, by its path."""
    return {
        f"{SECRETS}/{service.host}.{number}": key
        for zone in world.zones
        for service in zone.services.values()
        for number, key in enumerate((service.key, service.next_key), 1)
    }


def to_toml(tables: Mapping[str, Any]) -> str:
    """Write nested tables of strings, dates and lists of strings as TOML.

    >>> print(to_toml({"zones": {"a.example": {"account": "7", "hosts": ["www.a.example"]}}}), end="")
    [zones."a.example"]
    account = "7"
    hosts = ["www.a.example"]
    """
    return "\n".join(_tables((), tables))


def _tables(path: tuple[str, ...], table: Mapping[str, Any]) -> list[str]:
    own = [f"{name} = {_value(value)}\n" for name, value in table.items() if not isinstance(value, Mapping)]
    made = [f"[{'.'.join(path)}]\n{''.join(own)}"] if own else []
    for name, value in table.items():
        if isinstance(value, Mapping):
            made += _tables((*path, name if name.replace("_", "").isalnum() else f'"{name}"'), value)
    return made


def _value(value: str | date | list[str]) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return orjson.dumps(value).decode().replace('","', '", "')


def _audit_access(account: Account, mark: Mark) -> dict[str, Any]:
    roaming = [mark(each.id) for each in (*account.people, *account.tokens) if each.roaming]
    networks = {"api": [account.api], "dashboard": [OFFICE]} if account.listed else {}
    return networks | {"roaming": roaming}


def _zone(zone: Zone, mark: Mark) -> dict[str, Any]:
    auth = zone.services["auth"].host
    credentials: dict[str, Any] = {"user_credentials_at": [auth]}
    allowed: dict[str, Any] = {}
    if zone.listed:
        files = [f"{SECRETS}/{each.host}.{number}" for each in zone.services.values() for number in (1, 2)]
        credentials["allow"] = [f"secret:{each}" for each in files]
        allowed = {"outbound_hosts": {"allow": list(zone.allowed)}}
    return {
        "account": zone.account.id,
        "hosts": sorted({each.host for each in zone.routes}),
        "scripts": list(zone.scripts),
        "backends": [each.host for each in zone.services.values()],
        **allowed,
        "backend_credentials": credentials,
        "rate_limit_spikes": {"partners": [PARTNERS], "login_routes": ["/login", "/session/refresh"]},
        "cross_user": {
            "private_routes": ["/account/*", "/api/v2/me/*"],
            "per_user_cache": [LISTS],
            "staff": [mark(each) for each in zone.staff],
        },
    }


def _date(zone: Zone, labels: tuple[Label, ...], otherwise: date) -> date:
    """Return when a zone's API script got its compatibility date: as a case says, else the first day."""
    found = [each.start for each in labels if each.detector == _DRIFT and each.difficulty and each.zone == zone.name]
    return datetime.fromtimestamp(min(found) // SECOND, UTC).date() if found else otherwise
