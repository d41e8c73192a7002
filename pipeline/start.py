"""Everything an engine is made of, read and compiled once, as values that can travel to worker processes."""

from __future__ import annotations

import difflib
import hashlib
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import hyperscan

import redactors
from pipeline.base import Limits
from pipeline.cache import Cache, package_stamp
from pipeline.engine import GENERIC, Engine
from pipeline.keys import read_ring
from pipeline.settings import KeyPath, Settings
from redactors.base import RECORDS_PREFIX, ConfigurationError
from redactors.datasets import Catalogue, load_catalogue
from redactors.keyring import KeyRing
from redactors.policy import Policy
from redactors.rule_choices import rules_from_json, rules_to_json, select
from redactors.rule_rows import Rule, refuse_twins, rule_files
from redactors.secrets import compile_rules, dump_database, parse_rows, parse_rules

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
    try:
        rules = compile_rules(parts.rules, parts.database)
    except ConfigurationError:
        rules = compile_rules(parts.rules)  # the cache folder has moved between machines of different kinds
    return Engine(parts.policy, parts.ring, rules, parts.catalogue, parts.limits)


def read_extra_rules(folder: Path, where: str) -> dict[str, bytes]:
    """Read the user's own rule files: family, which is the file's stem, to TOML.

    Raises:
        ConfigurationError: the folder does not exist.

    """
    if not folder.is_dir():
        message = f"{where}: {folder} is no folder; right would be a folder of rule files, NAME.toml"
        raise ConfigurationError(message)
    return {path.stem: path.read_bytes() for path in sorted(folder.glob("*.toml"))}


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
    place = settings.where(("redact", "rules_extra"))
    extra = read_extra_rules(settings.rules_extra, place) if settings.rules_extra else {}
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
    # Rules that come with the program are proven by their examples in its tests; the user's own are proven here.
    rules = [row.rule for name, text in rule_files().items() for row in parse_rows(name, text)]
    rules += [rule for name, text in extra.items() for rule in parse_rules(name, text)]
    refuse_twins(tuple(rules))
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
        near = difflib.get_close_matches(name, known, 1)
        right = near[0] if near else f"one of {', '.join(sorted(known))}"
        message = f"{where(path)}: no {thing} has this name; right would be {right}"
        raise ConfigurationError(message)
