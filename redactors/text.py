"""Text: secrets hide in it as known formats, as JSON, as `key=value`, in URLs, as random runs; each is marked."""

from __future__ import annotations

import re
from collections.abc import Callable

from redactors.escapes import ESCAPE, decode
from redactors.hits import Hits
from redactors.pairs import mark_pairs, mark_schemes
from redactors.shapes import random_runs

Redact = Callable[[str], str]

_GATE = re.compile(r"[=:/?@%\\{&\[;\uff1d\uff1a]")
_PATH = re.compile(r"/[A-Za-z0-9_.~/-]*")
_URL = re.compile(
    r"(?<![\w/.:@\]])(?:[A-Za-z][A-Za-z0-9+.\-]{0,15}:)?[/\\][^\s\"'<>`]+"
    r"|(?<![\w/.:@\]])(?:mailto|data|javascript):[^\s\"'<>`]+"
    r"|(?<=\S)\?[^\s\"'<>`]*=[^\s\"'<>`]*"
)
_SHORTEST = 9
"""No number of the personal family is shorter."""
_MAX_ROUNDS = 6
_CACHE_SIZE = 4096
_CACHED_LENGTH = 512


class Texts:
    """The redactor of the class `text`."""

    def __init__(self, hits: Hits, url: Redact) -> None:
        """Take the rules for known formats, and what is done to a URL."""
        self._hits = hits
        self._url = url
        self._marker = hits.marker
        self._clean: set[str] = set()
        self.json_text: Redact = str
        """Redacts a text that is a JSON document, and returns it as it was if it is none. Set by the registry, since
        documents hold texts in turn."""

    def redact(self, text: str) -> str:
        """Return the text with every secret in it marked."""
        if text in self._clean:
            return text
        if _GATE.search(text) is None:
            # Without any sign that parts a name from a value, or marks a URL or an escape, only shapes are left.
            return text if len(text) < _SHORTEST else self._mark_runs(self._hits.mark_text_only(text))
        if text[0] == "/" and _PATH.fullmatch(text):
            return self._url(text)
        safe = self._settle(text)
        if safe == text and len(text) <= _CACHED_LENGTH:
            if len(self._clean) >= _CACHE_SIZE:
                self._clean.clear()
            self._clean.add(text)
        return safe

    def _settle(self, text: str) -> str:
        """Redact, then look at the decoded form, until nothing more is found; random runs come last.

        Marking a run in text that is still encoded would eat the signs that give other secrets away.
        """
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
        if text.lstrip()[:1] in ("{", "["):
            safe = self.json_text(text)
            if safe != text:
                return safe
        safe = self._structure(text)
        if safe == text:
            # The last scan of what leaves finds known formats; here they go first only where cutting away what
            # stands around them would make them unknown.
            return self._hits.mark_text_only(text)
        marked = self._hits.mark(text)
        return safe if marked == text else self._structure(marked)

    def _structure(self, text: str) -> str:
        if "=" in text or ":" in text or not text.isascii():
            text = mark_pairs(mark_schemes(text, self._marker), self._marker)
        if "/" in text or "?" in text or "\\" in text or ":" in text:
            text = _URL.sub(self._mark_url, text)
        return text

    def _mark_runs(self, text: str) -> str:
        for start, end in reversed(random_runs(text)):
            text = f"{text[:start]}{self._marker.plain('token')}{text[end:]}"
        return text

    def _mark_url(self, found: re.Match[str]) -> str:
        return self._url(found[0])
