"""Paths: a segment after a capability word, or one that looks random, is marked; all else stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import product

from redactors.marks import Marker
from redactors.segments import (
    ASSETS,
    CAPABILITY,
    RANDOM,
    TELLING,
    Segments,
    is_innocent,
    mark_segment,
    opens_webhook,
)
from redactors.shapes import is_asset, is_plain

CUT = re.compile(r"(?i)[?#]|%(?:25){0,8}(?:3f|23|c0%(?:25){0,8}bf)")
"""Where a query or fragment begins, also percent-encoded, however often, and in the overlong form."""
_SEPARATORS, _SLASH = re.compile(r"[/\\]"), re.compile("/")
_WORD_LETTERS = b"abcdefghijklmnopqrstuvwxyz"
_TO_WORDS = bytes(byte if byte in _WORD_LETTERS else 32 if byte in b"/-.0123456789" else 0 for byte in range(256))
"""Parts the words of a path in small letters; any other character makes a word that no list of words holds."""
_HEX_LETTERS = b"abcdef"
_HEX_WORDS = frozenset(
    word
    for size in range(1, 5)
    for letters in product(_HEX_LETTERS, repeat=size)
    if is_innocent((word := bytes(letters)).decode())
)
"""What ids of hexadecimal digits leave."""
_SHORTEST_SPOKEN = 8
"""Shorter segments of letters are judged as words."""
_LONGEST_WORD = 24
_CACHE_SIZE = 4096
_CACHED_LENGTH = 128
"""Segments and words remembered."""

Template = tuple[str, ...]


class Paths:
    """The redactor of the class `path`."""

    def __init__(self, templates: Sequence[str], marker: Marker, mark_hits: Callable[[str], str]) -> None:
        """Take the user's own templates (`/r/{secret}`, with `*` for any segment), and what marks known formats."""
        self._own = [tuple(template.split("/")) for template in templates]
        self._mark = marker.plain("path")
        self._mark_hits = mark_hits
        self._segments = Segments(marker, mark_hits, self._work)
        self._verdicts: dict[str, int] = {}
        self._innocent = set(_HEX_WORDS)

    def redact(self, path: str) -> str:
        """Return the path with its secret segments marked, without a query that hides behind an encoded sign."""
        words = path.encode().translate(_TO_WORDS).split()
        if (self._innocent.issuperset(words) or self._learns(words)) and not self._own:
            return path
        return self._work(path)

    def _learns(self, words: list[bytes]) -> bool:
        """Tell whether a path of nothing but these words, and digits, is innocent; remember the words that are.

        A token has capitals, so that in small letters only what the words say is left to judge.
        """
        new = [word for word in words if word not in self._innocent]
        if not all(len(word) <= _LONGEST_WORD and b"\0" not in word and is_innocent(word.decode()) for word in new):
            return False
        if len(self._innocent) >= _CACHE_SIZE:
            self._innocent = set(_HEX_WORDS)
        self._innocent.update(new)
        return True

    def _work(self, path: str, *, scanned: bool = False) -> str:
        """Mark the segments of a path; `scanned` says that known formats in it were looked for."""
        if "\\" in path:
            return self._work_backslashes(path)
        cut = CUT.search(path) if "%" in path or "?" in path or "#" in path else None
        if cut:
            path = path[: cut.start()]
        parts = path.split("/")
        changed = _apply_templates(parts, self._own, self._mark) if self._own else False
        suspect = assets = False
        for at, part in enumerate(parts):
            if not part:
                continue
            if (
                suspect
                and not (part.isalpha() and len(part) < _SHORTEST_SPOKEN)
                and not self._segments.is_harmless(part)
            ):
                parts[at] = self._mark
                changed = True
                continue
            verdict = self._verdicts.get(part)
            if verdict is None:
                verdict = self._judge(part)
            if verdict == CAPABILITY or opens_webhook(part, "".join(parts[at + 1 : at + 2])):
                suspect = True
            elif verdict == ASSETS:
                assets = True
            elif (suspect and not self._segments.is_harmless(part)) or verdict == TELLING:
                parts[at] = mark_segment(part, self._mark, whole=suspect)
                changed = True
            elif verdict == RANDOM and not (assets and is_asset(path)):
                # Of a known format with signs in it that part segments, marking one part makes the rest unknown.
                marked = path if scanned else self._mark_hits(path)
                if marked != path:
                    return self._work(marked, scanned=True)
                scanned = True
                parts[at] = mark_segment(part, self._mark, whole=suspect)
                changed = True
        return "/".join(parts) if changed else path

    def _work_backslashes(self, path: str) -> str:
        """Mark the segments of a path in which backslashes may part segments too, as browsers read them."""
        plain = path.replace("\\", "/")
        safe = self._work(plain)
        signs = iter(_SEPARATORS.findall(path))
        return path if safe == plain else _SLASH.sub(lambda _slash: next(signs, "/"), safe)

    def _judge(self, part: str) -> int:
        verdict = self._segments.judge(part)
        if len(part) <= _CACHED_LENGTH:
            if len(self._verdicts) >= _CACHE_SIZE:
                self._verdicts.clear()
            self._verdicts[part] = verdict
        return verdict


def _apply_templates(parts: list[str], templates: Sequence[Template], mark: str) -> bool:
    changed = False
    for template in templates:
        if len(template) == len(parts) and all(
            want in ("*", have) or want[:1] == "{" for want, have in zip(template, parts, strict=True)
        ):
            for at, want in enumerate(template):
                if want[:1] == "{" and parts[at] != mark:
                    parts[at] = mark
                    changed = True
    return changed


def template_of(url: str) -> str:
    """Fold the path of a URL that was made safe to a template, as `path_templates` in a configuration takes it.

    Only plain words stay: what the last look would mark in the log must not stand in a report either.

    >>> template_of("https://shop.example/u/4711/reset/[path]")
    '/u/*/reset/{secret}'
    """
    path = url.partition("://")[2].partition("/")[2] if "://" in url else url.removeprefix("/")
    return "/" + "/".join(map(_fold, path.split("/")))


def _fold(part: str) -> str:
    if part == "[path]":
        return "{secret}"
    return part if not part or (is_plain(part) and not any(map(str.isdigit, part))) else "*"
