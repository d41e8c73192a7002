"""What a key says of its time: Logpush names objects by start and end, in folders by day if it is asked to."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

_NAME = re.compile(r"(\d{8}T\d{6}Z)_\d{8}T\d{6}Z_[^/]*")
_DAY = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])/")
_DAYS = "{DATE}/"
"""How Logpush spells it where the folders of days are chosen."""
_FORM = "%Y%m%dT%H%M%SZ"


class Placed(NamedTuple):
    """Where a key stands in the order of time."""

    place: str
    """The folder that holds it, all folders of days beside it counted as one: within it times are compared."""
    word: str
    """Start of what the object holds, as `20260315T010000Z`; empty where the key does not say."""


def placed(key: str) -> Placed:
    """Tell place and time of a key.

    >>> placed("logs/20260315/20260315T010000Z_20260315T010500Z_1a2b3c4d.log.gz")
    Placed(place='logs/{DATE}/', word='20260315T010000Z')
    >>> placed("logs/20260315/x.gz"), placed("logs/x.gz")
    (Placed(place='logs/{DATE}/', word='20260315T000000Z'), Placed(place='logs/', word=''))
    """
    folder, name = key[: key.rfind("/") + 1], key[key.rfind("/") + 1 :]
    found = _NAME.fullmatch(name)
    day = folder[folder.rfind("/", 0, -1) + 1 :]
    if is_of_a_day(day):
        return Placed(days_of(folder[: -len(day)]), found[1] if found else f"{day[:-1]}T000000Z")
    return Placed(folder, found[1] if found else "")


def days_of(folder: str) -> str:
    """Name the place that all folders of days in a folder are."""
    return folder + _DAYS


def is_of_a_day(folder: str) -> bool:
    """Tell whether a folder's own name, with its slash, is a day.

    >>> is_of_a_day("20260315/"), is_of_a_day("20261315/"), is_of_a_day("shop/")
    (True, False, False)
    """
    return _DAY.fullmatch(folder) is not None


def word_of(seconds: float) -> str:
    """Spell a time as names of objects do."""
    return datetime.fromtimestamp(seconds, UTC).strftime(_FORM)


def before(word: str, span: timedelta) -> str:
    """Return the time that is a span earlier; empty where the word is none.

    >>> before("20260315T010000Z", timedelta(days=2)), before("99999999T999999Z", timedelta())
    ('20260313T010000Z', '')
    """
    try:
        return (datetime.strptime(word, _FORM).replace(tzinfo=UTC) - span).strftime(_FORM)
    except (ValueError, OverflowError):
        return ""
