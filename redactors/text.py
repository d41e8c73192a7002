"""Text: secrets hide in it as known formats, as JSON, as `key=value`, in URLs, as random runs; each is marked."""

from __future__ import annotations

import re
from collections.abc import Callable

from redactors.addresses import looks_like_address
from redactors.density import splice
from redactors.escapes import DISGUISE, ESCAPE, flatten, peel
from redactors.hits import Hits
from redactors.links import redact_links
from redactors.pairs import Pairs
from redactors.shapes import is_id, random_runs, shape_of

Redact = Callable[[str], str]

_GATE = re.compile(r"[=:/?@%\\{&\[;<\"'\t]")
"""ASCII only, and one set: an alternative or a wider letter doubles its cost."""
_ID_LETTERS = frozenset("0123456789abcdef-")
"""What an id may begin with."""
_OPENINGS = "{[ \t\r\n"
"""What a JSON document may begin with."""
_PATH = re.compile(r"/[A-Za-z0-9_.~/-]*")
_MAY_HOLD_PAIRS = re.compile(r"[=:\"'<\t]")
_SHORTEST = 9
"""No number of the personal family is shorter."""
_FEWEST_DIGITS = 7
"""What is looked for in text only is made of more: nine of an SSN, seven at least of an account number."""
_BY_DIGITS = re.compile(r"[%\\&\[{/]|\d\.\d{1,3}\.\d{1,3}\.\d|::")
"""Where an escape, a mark, a JSON document, a path or an address stands, the digits themselves matter."""
_OF_NAMES = rb"[\w.:%$+\[\]\x80-\xff-]"
_UUID = re.compile(
    rb"(?<!%b)(?=[a-f]{0,7}0)[0a-f]{8}-[0a-f]{4}-[0a-f]{4}-[0a-f]{4}-[0a-f]{12}(?!%b)" % (_OF_NAMES, _OF_NAMES)
)
"""A UUID by itself in a shape, with a digit in its first part: no part of a name, as a name it tells nothing, as a
value it is no word and no random run. So all that may matter of it are numbers of the personal family."""
_ANY_UUID = b"\xff"
"""Stands in a shape for every UUID: no text has this byte."""
_FEWEST_DASHES = 4
_LONGEST_ADDRESS = 39
_PAIR_RULE = "generic-key"
"""The rule whose allowlist also holds for what is marked by its name in text."""
_MOST_LAYERS = 12
"""Layers of escapes in a text; one of more becomes a mark as a whole."""
_DEEP = 5
"""After so many layers all of percent-encoding that are left are undone at once."""
_CACHE_SIZE = 4096
_CACHED_LENGTH = 512


class Texts:
    """The redactor of the class `text`."""

    def __init__(self, hits: Hits, url: Redact, address: Redact) -> None:
        """Take the rules for known formats, and what is done to a URL and to an address."""
        self._hits = hits
        self._url = url
        self._address = address
        allowed = hits.rules.allowed(_PAIR_RULE)
        self._pairs = Pairs(hits.marker, address, allowed or _none)
        self._folds = allowed is None
        """Whether digits may be folded in what is remembered: an allowlist may name them."""
        self._rest = hits.marker.plain("token")
        self.clean: set[str] = set()
        """Texts met before that hide nothing."""
        self._shapes: dict[bytes, bool] = {}
        """Shapes of texts that hid nothing, each with whether its digits may hold a number of the personal family.

        For all UUIDs in a text the shape is the same; numbers are then looked for each time.
        """
        self.json_text: Callable[[str], str | None] = lambda _text: None
        """Redacts a text that is a JSON document; None if it is none. Set by the registry: documents hold texts."""

    def redact(self, text: str) -> str:
        """Return the text with every secret in it marked."""
        if not text or text in self.clean:
            return text
        if len(text) < _SHORTEST and text.isalnum():
            return self._know(text) if text.isalpha() else text
        first = text[0]
        if first in _ID_LETTERS:
            if is_id(text):
                return text
        elif first == "/":
            if _PATH.fullmatch(text):
                return self._url(text)
        elif first in _OPENINGS:
            document = self.json_text(text)
            if document is not None:
                return document
        shape = shape_of(text)
        numbers = self._shapes.get(_UUID.sub(_ANY_UUID, shape) if shape.count(b"-") >= _FEWEST_DASHES else shape)
        unmet = numbers is None
        return self._look(text, shape) if unmet else self._hits.mark_text_only(text) if numbers else text

    def _look(self, text: str, shape: bytes) -> str:
        """Redact a text whose shape was not met before."""
        if len(text) <= _LONGEST_ADDRESS and looks_like_address(text):
            return self._address(text)
        # Without a sign that parts a name from a value, or marks a URL or an escape, only shapes are left to judge.
        plain = _GATE.search(text) is None and text.isascii() and " -" not in text and "->" not in text
        safe = self._mark_runs(self._mark_numbers(text, shape)) if plain else self._settle(text)
        if len(safe) <= _LONGEST_ADDRESS and looks_like_address(safe):
            return self._address(safe)
        if safe == text and len(text) <= _CACHED_LENGTH:
            self._remember(text, shape)
        return safe

    def _remember(self, text: str, shape: bytes) -> None:
        """Keep a clean text, and its shape where only the count of digits matters to what was looked for."""
        self._know(text)
        if self._folds and not _BY_DIGITS.search(text):
            if len(self._shapes) >= _CACHE_SIZE:
                self._shapes.clear()
            folded = _UUID.sub(_ANY_UUID, shape)
            numbers = shape.count(b"0") >= _FEWEST_DIGITS
            self._shapes[folded] = _ANY_UUID in folded or (
                numbers and self._hits.rules.may_hold_numbers(shape.decode())
            )

    def _know(self, text: str) -> str:
        if len(self.clean) >= _CACHE_SIZE:
            self.clean.clear()
        self.clean.add(text)
        return text

    def _settle(self, text: str) -> str:
        """Redact, then look at the decoded form, until nothing more is found; random runs come last.

        Marking a run in text that is still encoded would eat the signs that give other secrets away.
        """
        safe = view = self._once(text)
        hidden = False
        for layer in range(_MOST_LAYERS):
            escaped = ("%" in view or "\\" in view or "&" in view) and ESCAPE.search(view)
            escaped = escaped or (not view.isascii() and DISGUISE.search(view))
            inner = peel(flatten(view) if layer == _DEEP else view) if escaped else view
            if inner == view:
                return self._mark_runs(safe)
            view = self._inner(inner)
            if view != inner or _runs(inner) != _runs(safe):
                # What is known as it stands goes first: without its escapes it may look like something else.
                known = safe if hidden else self._hits.mark(safe)
                hidden = True
                if known != safe:
                    view = known
                safe = view
        return self._rest

    def _inner(self, text: str) -> str:
        """Redact what a text says once a layer of escapes is undone, where known formats may come to light."""
        safe = self._once(text)
        return self._hits.mark(text) if safe == text else safe

    def _once(self, text: str) -> str:
        """Redact a text, and apart from the rest a JSON document in it, from its first brace to its last."""
        start, end = text.find("{"), text.rfind("}") + 1
        document = self.json_text(text[start:end]) if 0 <= start < end else None
        if document is None:
            return self._parts(text)
        return self._parts(text[:start]) + document + self._parts(text[end:])

    def _parts(self, text: str) -> str:
        """Redact what is no JSON document."""
        safe = self._structure(text)
        if safe == text:
            # The last scan of what leaves finds known formats; here they go first only where cutting away what
            # stands around them would make them unknown.
            return self._mark_numbers(text, shape_of(text))
        marked = self._hits.mark(text)
        return safe if marked == text else self._structure(marked)

    def _structure(self, text: str) -> str:
        if _MAY_HOLD_PAIRS.search(text) or " -" in text or "->" in text or not text.isascii():
            text = self._pairs.redact(text)
        if "/" in text or "?" in text or "\\" in text or ":" in text:
            text = redact_links(text, self._url, self._rest)
        return text

    def _mark_numbers(self, text: str, shape: bytes) -> str:
        return text if shape.count(b"0") < _FEWEST_DIGITS else self._hits.mark_text_only(text)

    def _mark_runs(self, text: str) -> str:
        runs = random_runs(text)
        if runs:
            # A known format says more than a random run, which may be a part of it only.
            text = self._hits.mark(text)
            runs = random_runs(text)
        return splice(text, ((start, end, self._rest) for start, end in runs), self._rest)


def _runs(text: str) -> list[str]:
    return [text[start:end] for start, end in random_runs(text)]


def _none(_value: str) -> bool:
    return False
