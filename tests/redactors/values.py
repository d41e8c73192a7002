"""Made-up values: strings that an exact rule matches, drawn from its parse tree, in surroundings that are not kind."""

from __future__ import annotations

import random
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

WORD = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
NASTY = ' "\\\n\t\r\b\f\x00\x1b\x7f/=%&;,.-_é\u2028\U0001f511\u212a\u017f' + "azAZ09"
"""What may stand for any character: what JSON escapes, what UTF-8 spreads over bytes, what folds to ASCII."""

SURROUNDINGS = (
    "{}",
    "x {} y",
    '"{}"',
    "\\{}\\",
    "\n{}\n",
    "\x01{}\x02",
    "é{}\U0001f511",
    "%22{}%22",
    "%253D{}%2526",
    "\\u003d{}\\u0026",
    "\\n{}\\n",
    "?t={}&x=1",
    "a{}b",
)
_SPREAD = 6
_CATEGORIES = {
    parser.CATEGORY_DIGIT: "0123456789",
    parser.CATEGORY_SPACE: " \t\n\r\f",
    parser.CATEGORY_WORD: WORD,
    parser.CATEGORY_NOT_DIGIT: "aZ_é",
    parser.CATEGORY_NOT_SPACE: 'a0"\\é\x01',
    parser.CATEGORY_NOT_WORD: '-."\\\n\U0001f511',
}


def draw(pattern: str, chance: random.Random) -> str:
    """Return a string that `pattern` matches, or nearly: anchors are not heeded."""
    tree = parser.parse(pattern)
    return _sequence(tree, tree.state.flags, chance)


def _sequence(nodes: Any, flags: int, chance: random.Random) -> str:  # noqa: ANN401 - the parse tree has no public type
    return "".join(_node(operator, argument, flags, chance) for operator, argument in nodes)


def _node(operator: Any, argument: Any, flags: int, chance: random.Random) -> str:  # noqa: ANN401 - as above
    if operator is parser.AT:
        return ""
    if operator is parser.SUBPATTERN:
        _, added, removed, body = argument
        return _sequence(body, (flags | added) & ~removed, chance)
    if operator is parser.BRANCH:
        return _sequence(chance.choice(argument[1]), flags, chance)
    if operator in (parser.MAX_REPEAT, parser.MIN_REPEAT):
        least, most, body = argument
        times = least if chance.random() < 1 / 2 else chance.randint(least, min(most, least + _SPREAD))
        return "".join(_sequence(body, flags, chance) for _ in range(times))
    return _fold(_character(operator, argument, chance), flags, chance)


def _character(operator: Any, argument: Any, chance: random.Random) -> str:  # noqa: ANN401 - as above
    if operator is parser.LITERAL:
        return chr(argument)
    if operator is parser.ANY:
        return chance.choice(NASTY)
    if operator is parser.NOT_LITERAL:
        return chance.choice([each for each in NASTY if ord(each) != argument])
    negated = argument[0][0] is parser.NEGATE
    members = set("".join(_members(kind, value) for kind, value in argument if kind is not parser.NEGATE))
    return chance.choice(sorted(set(NASTY) - members if negated else members))


def _members(kind: Any, value: Any) -> str:  # noqa: ANN401 - as above
    if kind is parser.CATEGORY:
        return _CATEGORIES[value]
    low, high = value if kind is parser.RANGE else (value, value)
    return "".join(map(chr, range(low, high + 1)))


def _fold(character: str, flags: int, chance: random.Random) -> str:
    if not flags & parser.SRE_FLAG_IGNORECASE:
        return character
    kin = {"k": "\u212a", "s": "\u017f"}.get(character.lower(), character)
    return chance.choice((character.lower(), character.upper(), kin))
