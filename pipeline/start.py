"""Everything an engine is made of, read and compiled once, as values that can travel to worker processes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import hyperscan

import redactors
from pipeline.base import Limits
from pipeline.cache import Cache, package_stamp
from pipeline.engine import GENERIC, Engine
from pipeline.keys import read_ring
from pipeline.own_rules import all_rows, located, read_own
from pipeline.settings import KeyPath, Settings, nearest
from redactors.base import RECORDS_PREFIX, ConfigurationError
from redactors.datasets import Catalogue, load_catalogue
from redactors.keyring import KeyRing
from redactors.policy import Policy
from redactors.rule_choices import rules_from_json, rules_to_json, select
from redactors.rule_rows import Row, Rule
from redactors.secrets import Rules, compile_rules, dump_database, test_rule

if TYPE_CHECKING:
    from pipeline.observer import Detection

_LENGTH_BYTES = 8
_CPU_INFO = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of an engine."""

    policy: Policy
    ring: KeyRing | None
    rules: tuple[Rule, ...]
    database: bytes
    """The compiled prefilters of the rules, for this machine."""
    catalogue: Catalogue
    limits: Limits
    detection: Detection | None = None
    note_paths: bool = False
    """Whether templates of paths in which something was marked are counted."""


def prepare(settings: Settings, cache: Cache, key_file: Path | None = None) -> Parts:
    """Read the key file, datasets and rules that the settings name; take from the cache what was compiled before.

    Raises:
        ConfigurationError: one of them is wrong, or a choice names what does not exist.
        OSError: one of them cannot be read.

    """
    path = key_file or settings.key_file
    ring = read_ring(path) if path else None
    source = _digest(package_stamp(Path(redactors.__path__[0])), {})
    catalogue = _catalogue(cache, source)
    _refuse_unknown_datasets(settings, catalogue)
    rules, database = _rules(settings, cache, source)
    return Parts(settings.policy, ring, rules, database, catalogue, settings.limits)


def dataset_names(catalogue: Catalogue) -> tuple[str, ...]:
    """Return the name of every dataset that a user can name."""
    return (*catalogue.names(), GENERIC.name)


def build_engine(parts: Parts) -> Engine:
    """Build an engine in the process where it is to run."""
    rules = build_rules(parts)
    return Engine(
        parts.policy,
        parts.ring,
        rules,
        parts.catalogue,
        parts.limits,
        detection=parts.detection,
        note_paths=parts.note_paths,
    )


def build_rules(parts: Parts) -> Rules:
    """Build the rules in the process where they are to run."""
    try:
        return compile_rules(parts.rules, parts.database)
    except ConfigurationError:
        return compile_rules(parts.rules)  # the cache folder has moved between machines of different kinds


def read_rows(settings: Settings) -> tuple[Row, ...]:
    """Return every rule as it is written: those that come with the program, then the user's own.

    Raises:
        ConfigurationError: a file is wrong, or two rules share an id.

    """
    return all_rows(settings.rules_extra, _own(settings))


def chosen_rules(settings: Settings) -> tuple[Rule, ...]:
    """Return the rules that the settings choose, the user's own proven by their examples.

    Raises:
        ConfigurationError: a rule is wrong, or a choice names one that does not exist.

    """
    return _chosen(settings, _own(settings))


def prove(settings: Settings, row: Row) -> None:
    """Prove a rule by its examples and counter-examples.

    Raises:
        ConfigurationError: one of them is not as it should be.

    """
    located(settings.rules_extra, lambda: test_rule(row.rule, row.examples, row.counter_examples))


def _own(settings: Settings) -> dict[str, bytes]:
    if settings.rules_extra is None:
        return {}
    return read_own(settings.rules_extra, settings.where(("redact", "rules_extra")))


def _digest(start: str, files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256(start.encode())
    for name, text in files.items():
        digest.update(f"\n{name} {len(text)}\n".encode() + text)
    return digest.hexdigest()


def _catalogue(cache: Cache, source: str) -> Catalogue:
    kept = cache.get("datasets", source)
    if kept is not None:
        return Catalogue.from_json(kept)
    catalogue = load_catalogue()
    cache.put("datasets", source, catalogue.to_json())
    return catalogue


def _rules(settings: Settings, cache: Cache, source: str) -> tuple[tuple[Rule, ...], bytes]:
    extra = _own(settings)
    # The prefilters look for signs that come from the datasets as well: `source` names them.
    key = _digest(f"{source} {_choices(settings.policy)} {_machine()}", extra)
    kept = cache.get("rules", key)
    if kept is not None:
        size = int.from_bytes(kept[:_LENGTH_BYTES])
        text, database = kept[_LENGTH_BYTES : _LENGTH_BYTES + size], kept[_LENGTH_BYTES + size :]
        return rules_from_json(text), database
    rules = _chosen(settings, extra)
    database = dump_database(compile_rules(rules))
    text = rules_to_json(rules)
    cache.put("rules", key, len(text).to_bytes(_LENGTH_BYTES) + text + database)
    return rules, database


def _choices(policy: Policy) -> str:
    chosen = (policy.rules_disabled, policy.rules_shadow, sorted(policy.rules_allow.items()), policy.personal)
    return repr(chosen)


def _machine() -> str:
    """Name what a compiled database is for: this scanner on this kind of CPU, which another one could crash on."""
    try:
        with _CPU_INFO.open() as lines:
            features = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    except OSError:
        features = ""
    version = vars(hyperscan)["__version__"]  # its stubs do not know it
    return f"{version} {os.uname().machine} {features}"


def _chosen(settings: Settings, extra: Mapping[str, bytes]) -> tuple[Rule, ...]:
    rows = all_rows(settings.rules_extra, extra)
    # Rules that come with the program are proven by their examples in its tests; the user's own are proven here.
    for row in rows if extra else ():
        if row.rule.family in extra:
            prove(settings, row)
    rules = [row.rule for row in rows]
    policy, ids = settings.policy, [rule.id for rule in rules]
    for key in ("rules_disabled", "rules_shadow", "rules_allow"):
        for name in getattr(policy, key):
            _refuse_unknown(name, ids, ("redact", key), settings.where, "rule")
    try:
        return select(rules, policy.rules_disabled, policy.rules_shadow, policy.rules_allow, personal=policy.personal)
    except ConfigurationError as error:
        message = f"{settings.where(('redact', 'rules_allow'))}: {error}"
        raise ConfigurationError(message) from None


def _refuse_unknown_datasets(settings: Settings, catalogue: Catalogue) -> None:
    known = dataset_names(catalogue)
    for at, source in enumerate(settings.sources):
        if source.dataset is not None:
            _refuse_unknown(source.dataset, known, ("source", at, "dataset"), settings.where, "dataset")
    for dataset, classes in settings.policy.field_classes.items():
        _refuse_unknown(dataset, known, ("redact", "datasets", dataset), settings.where, "dataset")
        for field, field_class in classes.items():
            nested = field_class.removeprefix(RECORDS_PREFIX)
            if nested != field_class:
                path = ("redact", "datasets", dataset, "fields", field)
                _refuse_unknown(nested, known, path, settings.where, "dataset")


def _refuse_unknown(
    name: str, known: Collection[str], path: KeyPath, where: Callable[[KeyPath], str], thing: str
) -> None:
    if name not in known:
        message = f"{where(path)}: no {thing} has this name; right would be {nearest(name, known)}"
        raise ConfigurationError(message)
