"""Facts on their way: through the start-up cache as JSON, and from secrets and marks as written to fingerprints."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from detectors.facts import Facts, Said, Suppression, Zone
from pipeline.settings import KeyPath, Settings
from redactors.base import ConfigurationError, Value
from redactors.keyring import KeyRing
from redactors.marks import MARK, Marker, fingerprints

_FILE_REFERENCE: Final = "secret:"
_MOST_BYTES: Final = 1 << 16
_PRINTED: Final = (("backend_credentials", "allow"), ("cross_user", "staff"), ("audit_access", "roaming"))
"""Sections and keys whose values are to be fingerprints."""


def facts_to_plain(facts: Facts) -> dict[str, Any]:
    """Turn facts into JSON types; `facts_from_plain` turns them back."""
    return {name: value for name, value in asdict(facts).items() if name[0] != "_"}


def facts_from_plain(plain: Mapping[str, Any], where: Callable[[KeyPath], str]) -> Facts:
    """Rebuild facts from JSON, or those of an empty configuration from nothing.

    `where` says where in the configuration a suppression stands.
    """
    made = _tuples(plain)
    zones = {name: Zone(**zone) for name, zone in made.get("of_zone", {}).items()}
    suppress = tuple(
        Suppression(**{**each, "where": where(("detect", "suppress", at))})
        for at, each in enumerate(made.get("suppress", ()))
    )
    return Facts(**{**made, "of_zone": zones, "suppress": suppress})


def resolved(settings: Settings, ring: KeyRing) -> Facts:
    """Return the facts of the settings with fingerprints in place of files and marks.

    A secret has a fingerprint for each key of the ring and, where tenants have keys of their own, for each of those.

    Raises:
        ConfigurationError: a file cannot be read or holds no secret, or a mark is not of this ring.

    """
    facts = facts_from_plain(settings.facts, settings.where)
    printing = _Printing(settings, facts, ring)

    def each(name: str, places: Mapping[str, Said]) -> dict[str, Said]:
        return {place: printing.said(said, (name, place)) for place, said in places.items()}

    return replace(
        facts,
        everywhere=printing.said(facts.everywhere, ("detect",)),
        accounts=each("accounts", facts.accounts),
        zones=each("zones", facts.zones),
        scripts=each("scripts", facts.scripts),
        policy=settings.policy.digest,
    )


class _Printing:
    def __init__(self, settings: Settings, facts: Facts, ring: KeyRing) -> None:
        self._where, self._folder = settings.where, settings.files[0].parent if settings.files else Path()
        self._ring, self._marker = ring, Marker(ring)
        zones = facts.of_zone
        tenants = {"zone": zones, "account": {zone.account for zone in zones.values() if zone.account}}
        self._tenants: Collection[str] = tenants.get(settings.policy.scope, ("",))

    def said(self, said: Said, path: KeyPath) -> dict[str, dict[str, Any]]:
        """Return what was said in one place with fingerprints in the lists that hold them."""
        made = {section: dict(keys) for section, keys in said.items()}
        for section, key in _PRINTED:
            if key in made.get(section, {}):
                values = made[section][key]
                here = (*path, section, key)
                made[section][key] = tuple(
                    letters for at, each in enumerate(values) for letters in self._letters(each, (*here, at))
                )
        return made

    def _letters(self, value: str, path: KeyPath) -> Iterable[str]:
        found = MARK.fullmatch(value)
        if found is None:
            if not self._tenants:
                right = "[zones.NAME] for each, so that their marks are known"
                message = (
                    f"{self._where(path)}: marks differ between tenants, and none is configured; right would be {right}"
                )
                raise ConfigurationError(message)
            return fingerprints(self._ring, self._secret(value.removeprefix(_FILE_REFERENCE), path), self._tenants)
        if not self._marker.is_ours(found):
            right = "one made with this key file, as by `edgesieve key fingerprint`"
            message = f"{self._where(path)}: no mark of the key ring in use; right would be {right}"
            raise ConfigurationError(message)
        return (found[3],)

    def _secret(self, name: str, path: KeyPath) -> str:
        file = self._folder / name
        try:
            with file.open("rb") as opened:
                secret = opened.read(_MOST_BYTES).removesuffix(b"\n").removesuffix(b"\r")
        except OSError as error:
            message = f"{self._where(path)}: {file}: {error.strerror}; right would be a file that holds a secret"
            raise ConfigurationError(message) from None
        if not secret:
            message = f"{self._where(path)}: {file}: empty; right would be a file that holds a secret"
            raise ConfigurationError(message)
        return secret.decode(errors="replace")


def _tuples(value: Value) -> Value:
    if isinstance(value, dict):
        return {name: _tuples(inner) for name, inner in value.items()}
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
