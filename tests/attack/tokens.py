"""Made-up tokens of every rule, drawn from its row, with the windows of them that are random."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice

from redactors.rule_rows import Row, parse_rows, rule_files
from tests.laws.stage import rules, windows
from tests.redactors.values import draw

WINDOW = 8
_TRIES = 8
_ENCODED = re.compile("%|2525|5252")
"""Signs of percent-encoding, of which there may be many layers, are no part of what is random."""
_FOLDED = str.maketrans({"\u212a": "K", "\u017f": "s"})
"""Letters that fold to ASCII are the business of the prefilter's own tests; no token is written with them."""
_BASE62 = string.ascii_letters + string.digits
_ALPHABETS = (_BASE62, _BASE62 + "-_", _BASE62 + "_")


@dataclass(frozen=True, slots=True)
class Token:
    """A token, the text around it that makes it known, and the windows of it that would betray it."""

    rule: str
    family: str
    context: str
    secret: str
    random: frozenset[str]


@cache
def rule_tokens(per_rule: int) -> tuple[Token, ...]:
    """Return tokens of every packaged rule; rules whose check no drawn value passes give their examples."""
    rows = [row for name, text in rule_files().items() for row in parse_rows(name, text)]
    return tuple(token for row in rows for token in _tokens(row, per_rule))


def _tokens(row: Row, wanted: int) -> Iterator[Token]:
    found = _drawn(row, wanted + 2)
    named = f"{' '.join(_numbers())} password"
    for context, secret in found[:wanted]:
        others = {part for _, other in found if other != secret for part in windows(other, WINDOW)}
        # The domain of an address stays, and a mark says the name of its rule.
        local = secret.rpartition("@")[0] if row.rule.id == "email" else secret
        parts = {part for part in windows(local, WINDOW) if len(part) == WINDOW and not _ENCODED.search(part)} - others
        own = frozenset(part for part in parts if part not in named)
        if own:
            yield Token(row.rule.id, row.rule.family, context, secret, own)


def _drawn(row: Row, wanted: int) -> list[tuple[str, str]]:
    """Return texts that the rule finds something in, and what it finds."""
    chance = random.Random(row.rule.id)  # noqa: S311 - made-up values
    texts = (draw(row.rule.exact, chance).translate(_FOLDED) for _ in range(wanted * _TRIES))
    found = list(islice(_found(row, texts), wanted))
    return found if len(found) >= wanted else [*found, *_found(row, row.examples)]


def _found(row: Row, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Return the texts in which a rule finds a secret that is long enough to be told apart, and the secret."""
    number = _numbers()[row.rule.id]
    for text in texts:
        for span in rules().confirm(text, {number})[:1]:
            if span.end - span.start >= WINDOW:
                yield text, text[span.start : span.end]


@cache
def _numbers() -> dict[str, int]:
    return {rule.id: rule.number for rule in rules().rules}


def unknown_tokens(count: int) -> Iterator[Token]:
    """Return tokens of no rule, of 20 to 64 letters of both cases and digits."""
    chance = random.Random(count)  # noqa: S311 - made-up values
    while count:
        alphabet = chance.choice(_ALPHABETS)
        secret = "".join(chance.choice(alphabet) for _ in range(chance.randint(20, 64)))
        if any(map(str.isdigit, secret)) and secret.upper() != secret != secret.lower():
            count -= 1
            yield Token("none", "none", secret, secret, frozenset(windows(secret, WINDOW)))


def is_known_alone(token: Token) -> bool:
    """Tell whether a token is known by its own form, without the words around it."""
    spans = rules().spans(token.secret)
    return bool(spans) and spans[0].start == 0 and spans[-1].end == len(token.secret)
