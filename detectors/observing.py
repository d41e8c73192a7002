"""What the plan compiler asks for a look: one is made for a dataset and the fields of roles that its records have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from detectors.columns import Row
from detectors.looking import After, Before, Sheet, Surroundings, compile_look
from detectors.makers import later, makers
from redactors.datasets import Dataset

_MAX_LOOKS = 1024


class Observing:
    """Makes looks, and holds the rows that they append."""

    __slots__ = ("_columns", "_later", "_looks", "_makers", "_told", "around", "rows")

    def __init__(self, columns: Mapping[str, frozenset[str]], around: Surroundings) -> None:
        """Take the columns of a row, each with the sides it is asked for; none is all."""
        self.rows: list[Row] = []
        self.around = around
        self._columns = columns
        self._makers = makers(around)
        self._later = later(around)
        self._looks: dict[tuple[object, ...], tuple[Before, After]] = {}
        self._told: dict[str, frozenset[str]] = {}

    def look(self, dataset: Dataset, names: Sequence[str], nested: bool) -> tuple[Before, After]:  # noqa: FBT001 (called by position)
        """Return what is called before, and what after, records of these field names are scrubbed."""
        told = self._told.get(dataset.name)
        if told is None:
            told = self._told[dataset.name] = frozenset(_told(dataset, self.around))
        known = (dataset.name, nested, *(name for name in names if name.lower() in told))
        found = self._looks.get(known)
        if found is None:
            if len(self._looks) >= _MAX_LOOKS:
                self._looks.clear()
            sheet = Sheet(dataset, names, self.around)
            found = compile_look(sheet, self._makers, self._later, self._columns, self.rows, nested=nested)
            self._looks[known] = found
        return found


def _told(dataset: Dataset, around: Surroundings) -> Iterator[str]:
    """Name, in small letters, the fields that a look may read."""
    identity = around.facts.identity
    roles = [*dataset.roles.values(), identity.request, identity.response, identity.impersonation, dataset.time]
    for path in _paths(roles):
        yield path.partition(".")[0].lower()


def _paths(told: Any) -> Iterator[str]:  # noqa: ANN401 (as it stands in TOML)
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict):
        yield from _paths([told[key] for key in ("field", "rule", "origin") if key in told])
    elif isinstance(told, list | tuple):
        for each in told:
            yield from _paths(each)
