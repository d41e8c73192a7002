"""Words that verdicts of several detectors share: where a line of configuration goes, shares, names fit to be shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from detectors.findings import MAX_TOP

_NAME: Final = re.compile(r"[\w.:/@*+-]{1,100}")


def table(zone: str, section: str) -> str:
    """Return the head of the table that holds for a zone, or for all where none is known.

    >>> table("shop.example", "cross_user"), table("", "cross_user")
    ('[zones."shop.example".cross_user]', '[detect.cross_user]')
    """
    return f'[zones."{zone}".{section}]' if zone else f"[detect.{section}]"


def shares(counts: Mapping[str, int]) -> tuple[tuple[str, float], ...]:
    """Return the names that came most often, each with its share of all.

    >>> shares({"/a": 1, "/b": 3})
    (('/b', 0.75), ('/a', 0.25))
    """
    total = sum(counts.values())
    ranked = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return tuple((name, round(count / total, 3)) for name, count in ranked[:MAX_TOP])


def counted(count: int, noun: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "answer"), counted(2, "answer")
    ('1 answer', '2 answers')
    """
    return f"{count} {noun}{'' if count == 1 else 's'}"


def names(texts: set[str]) -> str:
    """Join names; what looks like none, a visitor may have chosen, and is left out.

    >>> names({"https://b.example/", "a", "<b>"})
    'a, https://b.example/'
    """
    return ", ".join(sorted(text for text in texts if _NAME.fullmatch(text)))
