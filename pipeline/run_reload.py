"""Another configuration for a run that goes on: taken up at the border of a batch, or refused whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from pipeline.run_build import Given, House, build_bench, credentials_of
from pipeline.run_settings import HttpPlace
from pipeline.sources.http import tls
from redactors.base import ConfigurationError

Stamps = dict[Path, tuple[int, int]]

_CERTIFICATE: Final = "edgesieve_certificate_expiry_timestamp_seconds"


@dataclass(slots=True)
class Reloading:
    """Knows what a run was made of, and takes up what has changed."""

    house: House
    reread: Callable[[], Given]
    """Reads the configuration; raises ConfigurationError or OSError where it is wrong."""
    clock: Callable[[], float]
    _stamps: Stamps = field(default_factory=dict)
    _certificates: Stamps = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Remember the files as they are."""
        self._note(self.house.given)
        self._told(successful=True)
        self._tell_expiry()

    def is_due(self) -> bool:
        """Tell whether a file has changed that the configuration was made of. A certificate is taken up at once."""
        self._renew()
        return _stamps(_files(self.house.given)) != self._stamps

    def read(self) -> Given | None:
        """Read the configuration again; None where it is wrong, which is told."""
        self._stamps = _stamps(_files(self.house.given))
        try:
            given = self.reread()
            self._refuse_what_takes_a_restart(given)
        except (ConfigurationError, OSError) as error:
            what = str(error) if isinstance(error, ConfigurationError) else f"{error.filename}: {error.strerror}"
            self._refused(what)
            return None
        return given

    async def take_up(self, given: Given) -> None:
        """Let all parts work with another configuration."""
        house = self.house
        try:
            await house.workers.change(partial(build_bench, given.parts))
        except ConfigurationError as error:
            self._refused(str(error))
            return
        await house.judge.change(given.parts)
        house.intake.policy = given.parts.policy.digest
        for listener, place in zip(house.listeners, given.live.places, strict=True):
            listener.uploads.credentials = credentials_of(place)
        house.given = given
        self._note(given)
        self._told(successful=True)
        house.tell(f"a new configuration is in force, policy {given.parts.policy.digest}")

    def _refuse_what_takes_a_restart(self, given: Given) -> None:
        old, new = self.house.given.live, given.live
        ours, theirs = ([_frame(place) for place in live.places] for live in (old, new))
        same = (ours, old.sinks, old.spool, old.spool_bytes, old.state, old.metrics)
        if same != (theirs, new.sinks, new.spool, new.spool_bytes, new.state, new.metrics):
            message = "sources, sinks, spool, state and metrics change with a restart only"
            raise ConfigurationError(message)
        mine, its = self.house.given.parts.detection, given.parts.detection
        if mine and its and mine.seed != its.seed:
            message = "key.file: of another ring; right would be the ring that this run began with, rotated or not"
            raise ConfigurationError(message)

    def _renew(self) -> None:
        """Take up certificates that have changed."""
        now = _stamps(_certificates(self.house.given))
        if now == self._certificates:
            return
        self._certificates = now
        for listener, place in zip(self.house.listeners, self.house.given.live.places, strict=True):
            if not (listener.context and place.cert and place.key):
                continue
            try:
                tls.load(listener.context, place.cert, place.key)
            except ConfigurationError as error:
                self.house.tell(f"the certificate is refused, the old one stays: {error}")
            else:
                self.house.tell(f"{place.cert}: a new certificate is in force")
        self._tell_expiry()

    def _tell_expiry(self) -> None:
        for place in self.house.given.live.places:
            if place.cert:
                listener = f"{place.address.host}:{place.address.port}"
                self.house.counts.set(_CERTIFICATE, tls.expiry(place.cert), listener)

    def _note(self, given: Given) -> None:
        self._stamps, self._certificates = _stamps(_files(given)), _stamps(_certificates(given))

    def _refused(self, what: str) -> None:
        self._told(successful=False)
        self.house.tell(f"the configuration is refused, the old one stays: {what}")

    def _told(self, *, successful: bool) -> None:
        self.house.counts.set("edgesieve_config_last_reload_successful", int(successful))
        if successful:
            self.house.counts.set("edgesieve_config_last_reload_timestamp_seconds", self.clock())


def _frame(place: HttpPlace) -> tuple[object, ...]:
    return place.address, place.cert, place.key, place.said


def _files(given: Given) -> Iterable[Path]:
    settings = given.settings
    extra = settings.rules_extra.glob("*.toml") if settings.rules_extra else ()
    return (*settings.files, *extra, *([settings.key_file] if settings.key_file else []))


def _certificates(given: Given) -> Iterable[Path]:
    return (path for place in given.live.places for path in (place.cert, place.key) if path)


def _stamps(paths: Iterable[Path]) -> Stamps:
    found: Stamps = {}
    for path in paths:
        try:
            status = path.stat()
        except OSError:
            continue
        found[path] = (status.st_mtime_ns, status.st_size)
    return found
