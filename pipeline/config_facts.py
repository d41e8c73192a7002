"""What a checked configuration says to the detectors, as facts; secrets and marks in them are still as written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from detectors.facts import SECTIONS, Facts, Said, Suppression, Zone
from pipeline.config_model import Document
from pipeline.config_places import PlaceChoices, Suppress, ZoneChoices
from pipeline.config_types import Section
from pipeline.settings import KeyPath
from redactors.base import Value

_NUMBERS: Final = ("false_alerts_per_zone_day", "allowed_lateness", "warm_up", "close_after")
_LISTS: Final = ("hosts", "scripts", "backends")


def facts_of(document: Document) -> Facts:
    """Return the facts that a configuration holds."""
    detect = document.detect
    numbers = {name: value for name in _NUMBERS if (value := getattr(detect, name)) is not None}
    return Facts(
        everywhere=_said({**dict(detect), "identity": document.identity}),
        accounts=_by_name(document.accounts),
        zones=_by_name(document.zones),
        scripts=_by_name(document.scripts),
        of_zone={name: _zone(zone) for name, zone in document.zones.items()},
        routes=tuple(detect.routes),
        suppress=tuple(map(_suppression, detect.suppress)),
        **numbers,
    )


def claimed_twice(document: Document) -> Iterator[tuple[KeyPath, str]]:
    """Yield where a host, script or backend is said to be a second zone's, and the first one."""
    for name in _LISTS:
        owners: dict[str, str] = {}
        for zone, choices in document.zones.items():
            for at, each in enumerate(getattr(choices, name)):
                if owners.setdefault(each, zone) != zone:
                    yield ("zones", zone, name, at), owners[each]


def _by_name(places: Mapping[str, PlaceChoices]) -> dict[str, Said]:
    return {name: said for name, place in places.items() if (said := _said(dict(place)))}


def _said(sections: Mapping[str, object]) -> dict[str, dict[str, Any]]:
    """Keep what was said, and nothing that stands for what was not."""
    given = {name: section for name, section in sections.items() if name in SECTIONS and isinstance(section, Section)}
    plain = {name: _tuples(section.model_dump(exclude_unset=True)) for name, section in given.items()}
    return {name: said for name, said in plain.items() if said}


def _zone(choices: ZoneChoices) -> Zone:
    return Zone(choices.account, *(tuple(getattr(choices, name)) for name in _LISTS))


def _suppression(said: Suppress) -> Suppression:
    until = int(datetime.fromisoformat(said.until).replace(tzinfo=UTC).timestamp())
    return Suppression(until, said.reason, said.detector or "", said.rule, said.account, said.zone, said.script)


def _tuples(value: Value) -> Value:
    if isinstance(value, dict):
        return {name: _tuples(inner) for name, inner in value.items()}
    return tuple(value) if isinstance(value, list) else value
