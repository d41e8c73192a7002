"""How many secrets one text may hold: what follows too many is one mark, so that no text costs more than others."""

from __future__ import annotations

from collections.abc import Iterable

Change = tuple[int, int, str]
"""Where something begins and ends in a text, and what stands there instead."""

_FEW = 48
_LETTERS_A_MARK = 256


def most_marks(length: int) -> int:
    """Return how many marks a text of this length may get: far more than any that a person or a program meant.

    >>> most_marks(100), most_marks(16_384)
    (48, 112)
    """
    return _FEW + length // _LETTERS_A_MARK


def splice(text: str, changes: Iterable[Change], rest: str) -> str:
    """Make changes, which come in order and lie apart; where they are too many, `rest` stands for all that is left."""
    made: list[str] = []
    done, left = 0, most_marks(len(text))
    for start, end, new in changes:
        if not left:
            made += (text[done:start], rest)
            return "".join(made)
        left -= 1
        made += (text[done:start], new)
        done = end
    return "".join((*made, text[done:])) if made else text
