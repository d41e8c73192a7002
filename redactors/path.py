"""Paths: a segment after a capability word, or one that looks random, is marked; all else stays as it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from urllib.parse import unquote

from redactors.marks import Marker
from redactors.names import secrecy, words
from redactors.shapes import TOKEN_LENGTH, has_random_run, is_plain

CAPABILITY_WORDS = frozenset(
    "reset verify verification confirm confirmation invite invites invitation magic activate activation unsubscribe "
    "confirmations activations shares resetpassword passwordreset magiclink "
    "share shared webhook webhooks hook hooks token tokens auth callback recover recovery unlock download otp "
    "passwordless signin optout".split()
)
"""What follows one of these is itself the key to something."""

_OWNED = frozenset({"key", "keys", "code", "codes", "token", "tokens"})
"""Words that are telling behind another: `api-key`."""
_ASSET_ROOTS = frozenset({"_next", "_nuxt", "static", "assets", "chunks", "build", "dist"})
_ASSET_ENDINGS = tuple(
    ".js .mjs .css .map .png .jpg .jpeg .gif .svg .webp .avif .ico .woff .woff2 .ttf .mp4 .webm .wasm .json".split()
)
_SIMPLE = re.compile(r"[A-Za-z0-9_.~-]*")
CUT = re.compile(r"(?i)[?#]|%(?:25){0,8}(?:3f|23)|%(?:25){0,8}c0%(?:25){0,8}bf")
"""Where a query or fragment begins, also percent-encoded, however often, and in the overlong form."""
_FILE = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)((?:\.[A-Za-z][A-Za-z0-9]{0,7}){1,2})")
_DATE = re.compile(r"(?:19|20)\d\d-[01]\d-[0-3]\d")
_BOT = re.compile(r"bot\d+:")
_PAIR = re.compile(r"([;,&]?)([^=;,&]+)=([^;,&]*)")
_ENCODED_URL = re.compile(r"(?i):[/\\]{2}|[?#&]|\xc0\xbf")
_CACHE_SIZE = 4096
_CACHED_LENGTH = 128
"""Segments and words remembered."""
_WORD_LETTERS = b"abcdefghijklmnopqrstuvwxyz"
_TO_WORDS = bytes(byte if byte in _WORD_LETTERS else 32 if byte in b"/-.0123456789" else 0 for byte in range(256))
"""Parts the words of a path in small letters; any other character makes a word that no list of words holds."""
_HEX_WORDS = frozenset(bytes(letters) for size in range(1, 5) for letters in product(b"abcdef", repeat=size))
"""What ids of hexadecimal digits leave; no word that tells anything is made of these letters alone."""
_HEX_LETTERS = b"abcdef"
_LONGEST_WORD = 24

PLAIN, CAPABILITY, ALWAYS, ASSETS = range(4)
"""Verdicts on a segment: marked only behind a capability word, and only if it is no word; makes the next ones suspect;
marked; kept and switches the random test off for what follows."""

Template = tuple[str, ...]


class Paths:
    """The redactor of the class `path`."""

    def __init__(self, templates: Sequence[str], marker: Marker) -> None:
        """Take the user's own templates: `/r/{secret}`, with `*` for any segment."""
        self._own = [tuple(template.split("/")) for template in templates]
        self._marker = marker
        self._mark = marker.plain("path")
        self._verdicts: dict[str, int] = {}
        self._innocent = set(_HEX_WORDS)

    def redact(self, path: str) -> str:
        """Return the path with its secret segments marked, without a query that hides behind an encoded sign."""
        words = path.encode().translate(_TO_WORDS).split()
        innocent = self._innocent.issuperset(words) or self._learns(words)
        return path if innocent and not self._own else self._work(path)

    def _learns(self, words: list[bytes]) -> bool:
        """Tell whether a path of nothing but these words, and digits, is innocent; remember the words that are.

        A token has capitals, so that in small letters only what the words say is left to judge.
        """
        new = [word for word in words if word not in self._innocent and word.strip(_HEX_LETTERS)]
        if not all(len(word) <= _LONGEST_WORD and b"\0" not in word and _is_innocent(word.decode()) for word in new):
            return False
        if len(self._innocent) >= _CACHE_SIZE:
            self._innocent = set(_HEX_WORDS)
        self._innocent.update(new)
        return True

    def _work(self, path: str) -> str:
        cut = CUT.search(path) if "%" in path or "?" in path or "#" in path else None
        if cut:
            path = path[: cut.start()]
        parts = path.split("/")
        changed = _apply_templates(parts, self._own, self._mark) if self._own else False
        suspect = assets = False
        for at, part in enumerate(parts):
            if not part:
                continue
            if suspect and not part.isalpha() and not _is_harmless(part, self._marker):
                parts[at] = _mark_segment(part, self._mark, whole=True)
                changed = True
                continue
            verdict = self._verdicts.get(part)
            if verdict is None:
                verdict = self._judge(part)
            if verdict == CAPABILITY:
                suspect = True
            elif verdict == ASSETS:
                assets = True
            elif (suspect and not _is_harmless(part, self._marker)) or (verdict == ALWAYS and not assets):
                parts[at] = _mark_segment(part, self._mark, whole=suspect)
                changed = True
        return "/".join(parts) if changed else path

    def _judge(self, part: str) -> int:
        verdict = _verdict(part, self._marker)
        if len(part) <= _CACHED_LENGTH:
            if len(self._verdicts) >= _CACHE_SIZE:
                self._verdicts.clear()
            self._verdicts[part] = verdict
        return verdict


def _verdict(part: str, marker: Marker) -> int:
    if part.isalnum():
        if not part.isalpha() and (part.islower() or part.isdigit()):
            return PLAIN
        if part.islower() or len(part) < TOKEN_LENGTH:
            return ASSETS if part in _ASSET_ROOTS else CAPABILITY if _is_capability(part) else PLAIN
    elif not _SIMPLE.fullmatch(part):
        return _odd_verdict(part, marker)
    elif part in _ASSET_ROOTS:
        return ASSETS
    if has_random_run(part) and not part.endswith(_ASSET_ENDINGS):
        return ALWAYS
    return CAPABILITY if _is_capability(part) else PLAIN


def _is_capability(part: str) -> bool:
    names = part.split("-") if part.islower() and part.isascii() and "_" not in part else words(part)
    if not CAPABILITY_WORDS.isdisjoint(names):
        return part.isalpha() or is_plain(part)
    telling = "".join(names).isalpha() and is_plain(part) and not all(map(_is_innocent, names))
    return telling and secrecy(part) != ""


@lru_cache(maxsize=_CACHE_SIZE)
def _is_innocent(word: str) -> bool:
    """Tell whether a word in small letters can have no part in a capability.

    >>> [_is_innocent(word) for word in ("orders", "reset", "apikey", "key")]
    [True, False, False, False]
    """
    return word not in CAPABILITY_WORDS and word not in _OWNED and not secrecy(word)


def _odd_verdict(part: str, marker: Marker) -> int:
    """Judge a segment that is more than letters, digits, `-` and `_`."""
    if part[0] == "[" and marker.is_mark(part):
        return PLAIN
    decoded = _decode(part)
    if "/" in decoded:
        return ALWAYS if _hides_path(decoded, marker) else PLAIN
    if _BOT.match(decoded) or _ENCODED_URL.search(decoded) or _has_secret_pair(decoded, marker):
        return ALWAYS
    if has_random_run(decoded) and not part.endswith(_ASSET_ENDINGS):
        return ALWAYS
    return CAPABILITY if _is_capability(part) else PLAIN


def _hides_path(decoded: str, marker: Marker) -> bool:
    """Tell whether a segment with encoded slashes in it is a path, or a URL, with something to mark."""
    return _ENCODED_URL.search(decoded) is not None or Paths((), marker).redact(decoded) != decoded


def _is_harmless(part: str, marker: Marker) -> bool:
    """Tell whether a segment behind a capability word is a plain word, a file of a plain name, or marked already."""
    if is_plain(part) or marker.is_mark(part):
        return True
    found = _FILE.fullmatch(part)
    return _DATE.fullmatch(part) is not None or (found is not None and is_plain(found[1]))


def _decode(part: str) -> str:
    for _ in range(3):
        if "%" not in part:
            break
        part = unquote(part, "latin-1")
    return part


def _has_secret_pair(part: str, marker: Marker) -> bool:
    return "=" in part and any(
        secrecy(found[2]) and found[3] and not marker.is_mark(found[3]) for found in _PAIR.finditer(part)
    )


def _mark_segment(part: str, mark: str, *, whole: bool) -> str:
    """Mark the values of secret pairs where the segment is made of pairs; else the whole segment."""
    if whole or "=" not in part or not any(secrecy(found[2]) for found in _PAIR.finditer(part)):
        return mark

    def pair(found: re.Match[str]) -> str:
        if secrecy(found[2]) or has_random_run(_decode(found[3])):
            return f"{found[1]}{found[2]}={mark}"
        return found[0]

    marked = _PAIR.sub(pair, part)
    return mark if "%" in part or has_random_run(marked) else marked


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
