"""Which case happens in which zone at what time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from random import Random

from pipeline.simulator.base import DAY, HOUR, MINUTE, SECOND, Scenario
from pipeline.simulator.benign import BENIGN
from pipeline.simulator.cases import Case, Effect, Stage
from pipeline.simulator.chance import stream
from pipeline.simulator.incidents import INCIDENTS
from pipeline.simulator.labels import Label
from pipeline.simulator.visits import Visits
from pipeline.simulator.world import World, Zone

_A_DAY, _AT_LEAST = 4, 2
"""Cases that a zone has a day, and in all, where the user does not name them."""
_WARMING = 6 * HOUR
"""No case begins in so much time at first, nor in the first fifth of a shorter scenario."""
_APART = 40 * MINUTE
"""Between two cases of one kind in one zone."""
_TRIES = 40


@dataclass(frozen=True, slots=True)
class Part:
    """A case in a zone, with what it does there."""

    zone: int
    low: int
    high: int
    """Moments between which it takes place."""
    effect: Effect
    label: Label
    first: bool = True
    """Whether the label is counted here, and not for another zone of the account."""


@dataclass(frozen=True, slots=True)
class Role:
    """A case, and where and when it is to take place, in seconds since 1970."""

    case: Case
    zone: Zone
    start: int
    end: int


def chosen(rows: Sequence[Case], names: Sequence[str] | None) -> list[Case]:
    """Return the rows of these names, or of the kinds that they name; all for None.

    Raises:
        ValueError: no row has one of the names; tells which.

    """
    if names is None:
        return list(rows)
    for name in names:
        if not any(name in (each.name, each.kind) for each in rows):
            raise ValueError(name)
    return [each for each in rows if {each.name, each.kind} & set(names)]


def cast(scenario: Scenario, world: World) -> list[Role]:
    """Draw who plays what: a quarter of the zones stays calm, a quarter is benign, the others have incidents."""
    rng = stream(scenario.seed, "cast")
    zones = rng.sample(world.zones, len(world.zones))
    incidents, benign = chosen(INCIDENTS, scenario.incidents), chosen(BENIGN, scenario.benign)
    calm = len(zones) // 4
    quarter = max(1, calm) if len(zones) > 1 else 0
    troubled, harmless = zones[calm + quarter :], zones[calm : calm + quarter] or zones
    if not incidents or not benign:
        troubled = harmless = zones[calm:]
    roles: list[Role] = []
    for rows, places, named in ((incidents, troubled, scenario.incidents), (benign, harmless, scenario.benign)):
        most = max(_AT_LEAST * len(places), _A_DAY * len(places) * scenario.length // DAY)
        ordered = list(_in_turns(rng, rows))
        for case in ordered if named is not None else ordered[:most]:
            role = _role(rng, scenario, case, places, roles)
            if role is None and named is not None:
                role = _role(rng, scenario, case, zones, roles)
            if role is not None:
                roles.append(role)
    return sorted(roles, key=lambda role: (role.start, role.case.name))


def stage_all(scenario: Scenario, world: World, visits: Sequence[Visits]) -> list[Part]:
    """Begin every case, in each zone that it concerns."""
    parts: list[Part] = []
    for number, role in enumerate(cast(scenario, world)):
        label = _label(role, number)
        zones = [each for each in world.zones if each.account is role.zone.account] if role.case.wide else [role.zone]
        for each in sorted(zones, key=lambda zone: zone is not role.zone):
            stage = Stage(
                each,
                each.account,
                visits[each.index],
                stream(scenario.seed, "case", number, each.index),
                role.start * SECOND,
                role.end * SECOND,
                label,
            )
            parts.append(Part(each.index, stage.start, stage.end, role.case.begin(stage), label, each is role.zone))
    return parts


def _in_turns(rng: Random, rows: Sequence[Case]) -> Iterator[Case]:
    """Yield the rows shuffled, but one of each kind before the next of any."""
    kinds: defaultdict[str, list[Case]] = defaultdict(list)
    for case in rng.sample(rows, len(rows)):
        kinds[case.kind].append(case)
    for turn in zip_longest(*kinds.values()):
        yield from (case for case in turn if case is not None)


def _role(rng: Random, scenario: Scenario, case: Case, places: Sequence[Zone], roles: Sequence[Role]) -> Role | None:
    """Find the least busy zone that fits, and a time at which nothing of the kind happens there."""
    busy = defaultdict[str, int](int)
    for role in roles:
        busy[role.zone.name] += 1
    for zone in sorted((each for each in places if case.fits(each)), key=lambda each: busy[each.name]):
        for _ in range(_TRIES):
            start, end = _time(rng, scenario, case)
            if not any(_clash(case, zone, start, end, role) for role in roles):
                return Role(case, zone, start, end)
    return None


def _time(rng: Random, scenario: Scenario, case: Case) -> tuple[int, int]:
    until = scenario.start + scenario.length
    first = scenario.start + min(_WARMING, scenario.length // 5)
    lasts = min(rng.randint(*case.minutes) * MINUTE, (until - first) * 3 // 4)
    start = rng.randrange(first, until - lasts)
    midnights = range(-(-first // DAY) * DAY, until - HOUR, DAY)
    if case.begins == "start":
        start = scenario.start
    elif case.begins == "midnight" and midnights:
        start = rng.choice(midnights)
    return start, min(start + lasts, until)


def _clash(case: Case, zone: Zone, start: int, end: int, role: Role) -> bool:
    together = start < role.end + _APART and role.start < end + _APART
    if role.zone is zone and (case.alone or role.case.alone):
        return together
    same_place = role.zone.account is zone.account if case.detector == "audit_access" else role.zone is zone
    alike = role.case.detector == case.detector or role.case.kind == case.kind
    return same_place and alike and together


def _label(role: Role, number: int) -> Label:
    case, zone = role.case, role.zone
    return Label(
        f"{case.name}-{number:03}",
        case.name,
        case.detector,
        case.difficulty,
        legit=not case.difficulty or case.burst == "legit",
        expect=case.expect,
        burst=case.burst,
        zone="" if case.wide or case.detector == "audit_access" else zone.name,
        account=zone.account.id,
        start=role.start * SECOND,
        end=role.end * SECOND,
    )
