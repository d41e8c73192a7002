"""The names under which senders wrap records: a closed table, read only where a name is no field of a dataset."""

from __future__ import annotations

from collections.abc import Callable

from redactors.base import Record

Knows = Callable[[tuple[str, ...]], bool]
"""Tells whether field names make a record of some dataset."""

_WORDS = ("batch", "data", "entries", "events", "items", "logs", "messages", "records")
BATCH_NAMES = frozenset((*_WORDS, *map(str.capitalize, _WORDS)))
"""Of a list of records, as in `{"events": [{…}, {…}]}`."""
RECORD_NAMES = ("event", "info", "log", "record")
"""Of a single record, alone in its object, as in `{"info": {…}}`."""
NAMES = frozenset((*BATCH_NAMES, *RECORD_NAMES))


def wraps_batch(record: Record, knows: Knows) -> bool:
    """Tell whether an object is a batch: it holds a list of records, and is none itself.

    Where no dataset knows the records either, the list must be all there is.
    """
    found = [name for name in record if name in BATCH_NAMES and _is_list_of_objects(record[name])]
    lists = [record[name] for name in found]
    if not lists or is_record(tuple(record), found[0], knows):
        return False
    return len(record) == 1 or not any(lists) or any(knows(tuple(each[0])) for each in lists if each)


def is_record(names: tuple[str, ...], batch: str, knows: Knows) -> bool:
    """Tell whether an object is a record though it may hold a batch: by its other names, where it has any."""
    return knows(tuple(name for name in names if name != batch) or names)


def wraps_record(record: Record, knows: Knows) -> bool:
    """Tell whether an object holds a record of some dataset and nothing else, and is none itself."""
    ((name, inner),) = record.items() if len(record) == 1 else (("", None),)
    return name in RECORD_NAMES and isinstance(inner, dict) and not knows((name,)) and knows(tuple(inner))


def _is_list_of_objects(value: object) -> bool:
    return isinstance(value, list) and (not value or isinstance(value[0], dict))
