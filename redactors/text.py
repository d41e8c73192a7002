"""Text: secrets hide in it as known formats, as JSON, as `key=value`, in URLs, as random runs; each is marked."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from redactors.addresses import looks_like_address
from redactors.escapes import ESCAPE, decode
from redactors.hits import Hits
from redactors.pairs import Pairs
from redactors.shapes import is_id, random_runs, shape_of

Redact = Callable[[str], str]
T = TypeVar("T", str, bytes)

_GATE = re.compile(r"[=:/?@%\\{&\[;<]")
"""ASCII only, and one set: an alternative or a wider letter doubles its cost."""
_PATH = re.compile(r"/[A-Za-z0-9_.~/-]*")
_URL = re.compile(
    r"(?<![\w/.:@\]])(?:[A-Za-z][A-Za-z0-9+.\-]{0,15}:)?(?:/|\\[/\\])[^\s\"'<>`]+"
    r"|(?<![\w/.:@\]])(?:https?|wss?|ftp|mailto|data|javascript):[^\s\"'<>`]+"
    r"|(?<=[^\s?])\?[^\s\"'<>`]*"
)
_SHORTEST = 9
"""No number of the personal family is shorter."""
_FEWEST_DIGITS = 7
"""What is looked for in text only is made of more: nine of an SSN, seven at least of an account number."""
_BY_DIGITS = re.compile(r"[%\\&\[{/]|\d\.\d{1,3}\.\d{1,3}\.\d|::")
"""Where an escape, a mark, a JSON document, a path or an address stands, the digits themselves matter."""
_LONGEST_ADDRESS = 39
_PAIR_RULE = "generic-key"
"""The rule whose allowlist also holds for what is marked by its name in text."""
_MAX_ROUNDS = 6
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
        self._marker = hits.marker
        self._clean: set[str] = set()
        self._shapes: set[bytes] = set()
        self.json_text: Callable[[str], str | None] = lambda _text: None
        """Redacts a text that is a JSON document; None if it is none. Set by the registry: documents hold texts."""

    def redact(self, text: str) -> str:
        """Return the text with every secret in it marked."""
        if (len(text) < _SHORTEST and text.isalnum()) or text in self._clean:
            return text
        if len(text) <= _LONGEST_ADDRESS and looks_like_address(text):
            return self._address(text)
        plain = _GATE.search(text) is None and text.isascii() and "--" not in text and "->" not in text
        if plain and is_id(text):
            return text
        if not plain and text[0] == "/" and _PATH.fullmatch(text):
            return self._url(text)
        return self._look(text, plain=plain)

    def _look(self, text: str, *, plain: bool) -> str:
        """Redact a text that was not met before; `plain` says that no sign in it parts a name from a value."""
        shape = shape_of(text)
        if shape in self._shapes:
            safe = self._mark_numbers(text, shape)
            if safe == text:
                self._keep(self._clean, text)
            return safe
        # Without a sign that parts a name from a value, or marks a URL or an escape, only shapes are left to judge.
        safe = self._mark_runs(self._mark_numbers(text, shape)) if plain else self._settle(text)
        if len(safe) <= _LONGEST_ADDRESS and looks_like_address(safe):
            return self._address(safe)
        if safe == text and len(text) <= _CACHED_LENGTH:
            self._remember(text, shape)
        return safe

    def _remember(self, text: str, shape: bytes) -> None:
        """Keep a clean text, and its shape where only the count of digits matters to what was looked for."""
        self._keep(self._clean, text)
        if self._folds and not _BY_DIGITS.search(text):
            self._keep(self._shapes, shape)

    def _keep(self, kept: set[T], key: T) -> None:
        if len(kept) >= _CACHE_SIZE:
            kept.clear()
        kept.add(key)

    def _settle(self, text: str) -> str:
        """Redact, then look at the decoded form, until nothing more is found; random runs come last.

        Marking a run in text that is still encoded would eat the signs that give other secrets away.
        """
        if text.lstrip()[:1] in ("{", "["):
            document = self.json_text(text)
            if document is not None:
                return document
        for _ in range(_MAX_ROUNDS):
            safe = self._once(text)
            escaped = ("%" in safe or "\\" in safe or "&" in safe) and ESCAPE.search(safe)
            decoded = decode(safe) if escaped else safe
            if decoded == safe:
                return self._mark_runs(safe)
            text = self._once(decoded)
            if text == decoded and not random_runs(decoded):
                return safe
        return self._marker.plain("token")

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
        if "=" in text or ":" in text or "--" in text or "->" in text or "</" in text or not text.isascii():
            text = self._pairs.redact(text)
        if "/" in text or "?" in text or "\\" in text or ":" in text:
            text = _URL.sub(self._mark_url, text)
        return text

    def _mark_numbers(self, text: str, shape: bytes) -> str:
        return text if shape.count(b"0") < _FEWEST_DIGITS else self._hits.mark_text_only(text)

    def _mark_runs(self, text: str) -> str:
        for start, end in reversed(random_runs(text)):
            text = f"{text[:start]}{self._marker.plain('token')}{text[end:]}"
        return text

    def _mark_url(self, found: re.Match[str]) -> str:
        """Redact what may be a URL, or a query alone, which is none without a sign of equality."""
        return found[0] if found[0][0] == "?" and "=" not in found[0] else self._url(found[0])


def _none(_value: str) -> bool:
    return False
