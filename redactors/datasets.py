"""Descriptions of log formats: read from TOML, looked up by name, by an object's path or by a record's field names."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import orjson

from redactors.base import FIELD_CLASSES, RECORDS_PREFIX, ConfigurationError, right_names
from redactors.roles import faults_of_role

SCOPES = ("zone", "account", "both", "any")
HOME = "cloudflare"
"""The folder whose datasets go by their bare names, those that Logpush gives them; others are `FOLDER/NAME`."""

SAFETY = (
    "body",
    "credential",
    "identity",
    "email",
    "cookies",
    "headers",
    "query",
    "url",
    "path",
    "records",
    "object",
    "ip",
    "geo",
    "unknown",
    "text",
    "text.user_agent",
    "ip.actor",
    "ip.infrastructure",
    "host",
    "safe.list",
    "safe",
)
"""Field classes, those that let least through first. What has not the type of its class is unknown, so that a class for
one type (identity, ip) is as safe as unknown for the others."""

_KEYS: Final[Mapping[str, type]] = {
    "title": str,
    "scope": str,
    "time": str,
    "recognise": list,
    "path_hints": list,
    "fields": dict,
    "roles": dict,
}
_TYPE_NAMES: Final[Mapping[type, str]] = {str: "a string", list: "a list of strings", dict: "a table"}
_SEPARATORS = re.compile(r"[^a-z0-9/]+")


@dataclass(frozen=True, slots=True)
class Dataset:
    """One log format."""

    name: str
    title: str
    scope: str
    time: str
    """The field that says when it happened; empty where none does."""
    recognise: frozenset[str]
    """Fields that few other formats have; they count double."""
    path_hints: tuple[str, ...]
    fields: Mapping[str, str]
    """Field class by field name."""
    roles: Mapping[str, Any]
    """What the detectors need: a field (`Event.RayID` for one inside), a list of fields, or a table with choices."""


class Catalogue:
    """The known datasets. It never changes."""

    __slots__ = ("_datasets", "_hints", "_knowing")

    def __init__(self, datasets: Mapping[str, Dataset]) -> None:
        """Take datasets by name.

        Raises:
            ConfigurationError: a field holds records of a dataset that is not among them.

        """
        self._datasets = {name: datasets[name] for name in sorted(datasets)}
        for dataset in self._datasets.values():
            _check_nested(dataset, self._datasets)
        self._knowing: dict[str, list[str]] = {}
        """By name of a field, the names of the datasets that have it."""
        for name, dataset in self._datasets.items():
            for field in dataset.fields:
                self._knowing.setdefault(field, []).append(name)
        hints = ((_canonical(hint), each) for each in self._datasets.values() for hint in each.path_hints)
        self._hints = sorted(hints, key=lambda pair: (-len(pair[0]), pair[1].name))

    def __getitem__(self, name: str) -> Dataset:
        """Return the dataset of this name.

        Raises:
            ConfigurationError: there is none; tells the nearest names.

        """
        if name not in self._datasets:
            message = f"dataset: no dataset has this name; {right_names(name, self._datasets)}"
            raise ConfigurationError(message)
        return self._datasets[name]

    def names(self) -> tuple[str, ...]:
        """Return the names of all datasets, in order."""
        return tuple(self._datasets)

    def by_path(self, path: str) -> Dataset | None:
        """Return the dataset that an object's path names, or None; the longest hint among whole words wins."""
        words = _canonical(path)
        return next((dataset for hint, dataset in self._hints if _holds(words, hint)), None)

    def recognise(self, names: Iterable[str], hint: Dataset | None = None) -> Dataset | None:
        """Return the dataset that a record's field names fit best, or None where fewer than a third are known.

        The hint wins if it fits at all, is at least half as good as the best and knows what tells the best apart (so
        that a firewall event among requests is taken for what it is). Datasets that are equally good are merged: the
        name of the first, and for each field the safest of its classes.
        """
        asked = frozenset(names)
        known = Counter(name for field in asked for name in self._knowing.get(field, ()))
        # A third known, or the likeness is chance.
        scores = {
            name: count + len(asked & self._datasets[name].recognise)
            for name, count in known.items()
            if 3 * count >= len(asked)
        }
        best = max(scores.values(), default=0)
        tied = [self._datasets[name] for name in sorted(scores) if scores[name] == best]
        if hint is not None and 0 < best <= 2 * scores.get(hint.name, 0):
            telling = frozenset[str]().union(*(each.recognise for each in tied))
            if hint in tied or (asked & telling) <= hint.fields.keys():
                return hint
        return _merged(tied) if best else None

    def to_json(self) -> bytes:
        """Write the catalogue for the start-up cache."""
        return orjson.dumps([asdict(each) | {"recognise": sorted(each.recognise)} for each in self._datasets.values()])

    @classmethod
    def from_json(cls, text: bytes) -> Catalogue:
        """Read back what `to_json` of the same version wrote. It is trusted: whoever keeps it guards it."""
        rows = orjson.loads(text)
        return cls({row["name"]: _from_row(row) for row in rows})


def load_catalogue() -> Catalogue:
    """Parse all datasets that come with the program."""
    return Catalogue({name: parse_dataset(name, text) for name, text in dataset_files().items()})


def dataset_files() -> dict[str, bytes]:
    """Return the TOML of each dataset that comes with the program, by the dataset's name."""
    from importlib.resources import files  # noqa: PLC0415 (slow to load; a start with a warm cache reads no file)

    found: dict[str, bytes] = {}
    for folder in (files("redactors") / "datasets").iterdir():
        prefix = "" if folder.name == HOME else f"{folder.name}/"
        for entry in folder.iterdir() if folder.is_dir() else ():
            if entry.name.endswith(".toml"):
                found[prefix + entry.name.removesuffix(".toml")] = entry.read_bytes()
    return dict(sorted(found.items()))


def parse_dataset(name: str, text: bytes) -> Dataset:
    """Read one dataset from its TOML.

    Raises:
        ConfigurationError: naming file and key, what is wrong and what would be right.

    """
    where = f"datasets/{name if '/' in name else f'{HOME}/{name}'}.toml"
    try:
        table = tomllib.loads(text.decode())
    except ValueError as error:
        message = f"{where}: not TOML in UTF-8: {error}"
        raise ConfigurationError(message) from None
    for fault in _faults_of_shape(table):
        message = f"{where}: {fault}"
        raise ConfigurationError(message)
    fields = {field: label for label, names in table["fields"].items() for field in names}
    for fault in _faults_of_sense(table, fields):
        message = f"{where}: {fault}"
        raise ConfigurationError(message)
    return _from_row({"roles": {}, **table, "name": name, "fields": fields})


def _from_row(row: Mapping[str, Any]) -> Dataset:
    return Dataset(**{**row, "recognise": frozenset(row["recognise"]), "path_hints": tuple(row["path_hints"])})


def _faults_of_shape(table: Mapping[str, Any]) -> Iterator[str]:
    """Tell what keeps a table from being read as a dataset at all."""
    for key in sorted(table.keys() - _KEYS.keys()):
        yield f"{key}: no such key; {right_names(key, _KEYS)}"
    for key, kind in _KEYS.items():
        if key not in table and key != "roles":
            yield f"{key}: missing; right would be {_TYPE_NAMES[kind]}"
        elif not _is_kind(table.get(key, kind()), kind):
            yield f"{key}: of the wrong type; right would be {_TYPE_NAMES[kind]}"
    for label, names in table["fields"].items():
        if label not in FIELD_CLASSES and not label.startswith(RECORDS_PREFIX):
            yield f"fields.{label}: no such field class; {right_names(label, FIELD_CLASSES)}"
        if not _is_kind(names, list):
            yield f"fields.{label}: of the wrong type; right would be a list of field names"


def _faults_of_sense(table: Mapping[str, Any], fields: Mapping[str, str]) -> Iterator[str]:
    """Tell what contradicts itself in a table of the right shape."""
    seen: set[str] = set()
    for label, names in table["fields"].items():
        for field in names:
            if field in seen:
                yield f"fields.{label}: {field} is listed twice; right would be one class for each field"
            seen.add(field)
    if table["scope"] not in SCOPES:
        yield f"scope: no such scope; right would be one of {', '.join(SCOPES)}"
    if table["time"] and table["time"] not in fields:
        yield f"time: {table['time']} is no field of this dataset; {right_names(table['time'], fields)}"
    for field in table["recognise"]:
        if field not in fields:
            yield f"recognise: {field} is no field of this dataset; {right_names(field, fields)}"
    for role, value in table.get("roles", {}).items():
        yield from faults_of_role(role, value, fields)


def _check_nested(dataset: Dataset, known: Mapping[str, Dataset]) -> None:
    for field, label in dataset.fields.items():
        nested = label.removeprefix(RECORDS_PREFIX)
        if nested != label and nested not in known:
            message = f"dataset {dataset.name}: {field} holds records of no known dataset; {right_names(nested, known)}"
            raise ConfigurationError(message)


def _merged(tied: list[Dataset]) -> Dataset:
    first = tied[0]
    if len(tied) == 1:
        return first
    fields: dict[str, str] = {}
    for dataset in tied:
        for field, label in dataset.fields.items():
            fields[field] = min(label, fields.get(field, label), key=_danger)
    return replace(first, recognise=frozenset().union(*(each.recognise for each in tied)), fields=fields)


def _danger(label: str) -> int:
    return SAFETY.index("records" if label.startswith(RECORDS_PREFIX) else label)


def _canonical(path: str) -> str:
    return _SEPARATORS.sub("_", path.lower())


def _holds(words: str, hint: str) -> bool:
    at = words.find(hint)
    while at >= 0:
        before, after = words[at - 1 : at], words[at + len(hint) : at + len(hint) + 1]
        if not before.isalnum() and not after.isalnum():
            return True
        at = words.find(hint, at + 1)
    return False


def _is_kind(value: object, kind: type) -> bool:
    return isinstance(value, kind) and (not isinstance(value, list) or all(isinstance(each, str) for each in value))
