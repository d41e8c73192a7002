"""The shapes of random tokens, and of the words, slugs and versions that are none."""

from __future__ import annotations

import re
from itertools import islice

from redactors.density import most_marks

TOKEN_LENGTH = 20
"""Shorter runs are left to the rules: too many ids look alike."""
_LETTERS_A_WORD = 2.8
"""Camel-case names have more letters a word; random text of three classes about 1.9 (measured on base62)."""

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_MIXED = re.compile(r"(?=[^A-Z]*[A-Z])(?=[^a-z]*[a-z])[^0-9]*[0-9]")
_RUN = re.compile(r"[A-Za-z0-9_+-]{20,}")
_PLAIN = re.compile(r"(?:[A-Z]?[a-z]{1,20}|[A-Z]{1,8})(?:[-_.](?:[A-Z]?[a-z]{1,20}|[A-Z]{1,8}|\d{1,4}))*")
_VERSION = re.compile(r"v?\d{1,3}(?:\.\d{1,4}){0,3}(?:-?(?:alpha|beta|rc)\d{0,3})?")


_CONSONANT = "[b-df-hj-np-tv-xz]"
_UNSPEAKABLE = re.compile(
    rf"(?<![a-z])(?=[a-z]{{8}})(?:[a-z]*(?:q(?![u\W])|j{_CONSONANT}|[bcdfghjkmpqsvwz]x|v[bcdfgjkmpqtvwxz]|z[bcdfgjkpqrsvwx])"
    rf"|[a-z]*{_CONSONANT}{{7}})"
)
_FOLD = bytes(ord("0") if chr(byte).isdigit() and byte < 128 else byte for byte in range(256))  # noqa: PLR2004 - ASCII
_RAY = re.compile(r"[0-9a-f]{16}-[A-Z]{3}")
"""A ray with the data centre behind it, as in the CF-Ray header."""
_ID = re.compile(r"[0-9-]{0,36}[a-f][0-9a-f-]{0,63}")
INTEGRITY = re.compile(
    r"(?<![0-9A-Za-z])sha(?:256-[0-9A-Za-z+/_-]{43}=|384-[0-9A-Za-z+/_-]{64}|512-[0-9A-Za-z+/_-]{86}==)(?![0-9A-Za-z+/=])"
)
"""The hash of a script or style that a page or a policy names (Subresource Integrity, CSP)."""
ASSET_ROOTS = frozenset({"_next", "_nuxt", "static", "assets", "chunks", "build", "dist"})
_ASSET_ENDINGS = tuple(
    ".js .mjs .css .map .png .jpg .jpeg .gif .svg .webp .avif .ico .woff .woff2 .ttf .otf .eot .mp3 .mp4 .webm .wasm "
    ".json".split()
)
"""Folders whose files have names by their content, and how these end: such a name is random and no secret."""
_LONGEST_END = 40
_KNOWN_RUNS = re.compile(
    rf"{INTEGRITY.pattern}|/(?:{'|'.join(sorted(ASSET_ROOTS))})/[\w./~@-]{{0,200}}"
    rf"(?:{'|'.join(map(re.escape, _ASSET_ENDINGS))})(?!\w)"
)
_ASSET_END = re.compile(rf"(?:{'|'.join(map(re.escape, _ASSET_ENDINGS))})(?:[:!]\d{{1,9}}){{0,2}}[\W_]{{0,8}}\Z")


def is_asset(path: str) -> bool:
    """Tell whether a path ends as the files of pages do, also with a place in it behind, as in the frames of a stack.

    >>> is_asset("/build/main.4f3c2b1a.js"), is_asset("app.js:10:2)"), is_asset("/build/latest")
    (True, True, False)
    """
    return _ASSET_END.search(path, max(0, len(path) - _LONGEST_END)) is not None


def shape_of(text: str) -> bytes:
    """Return a text with every digit made 0: what is judged by its shape is judged once for all its numbers.

    >>> shape_of("/orders/4711")
    b'/orders/0000'
    """
    return text.encode().translate(_FOLD)


def is_id(text: str) -> bool:
    """Tell whether a text is a UUID, a hash or another id of small hexadecimal digits, at least one of them a letter.

    >>> is_id("1e7519b3-08e2-441d-ae10-7c8c6d3b7e17"), is_id("4111111111111111")
    (True, False)
    """
    return _ID.fullmatch(text) is not None


def is_random(text: str) -> bool:
    """Tell whether a run of letters and digits is a random token: long, of mixed case and digits, and of no words.

    >>> is_random("x7Gq2LmZ9pWv4RtY8kBn"), is_random("getUserProfileById2OrName")
    (True, False)
    """
    return (
        len(text) >= TOKEN_LENGTH
        and not _RAY.fullmatch(text)
        and _MIXED.match(text) is not None
        and len(_WORD.findall(text)) * _LETTERS_A_WORD >= len(text)
    )


def random_runs(text: str) -> list[tuple[int, int]]:
    """Return where random tokens stand in a text, in order, as far as each may get a mark.

    The hash of an integrity check is none, nor is an asset.
    """
    if len(text) < TOKEN_LENGTH or text.islower():
        return []
    if not _has_run(text):
        return []
    if "sha" in text or "/" in text:
        text = _KNOWN_RUNS.sub(_blank, text)
    runs = (found.span() for found in _RUN.finditer(text) if is_random(found[0]))
    return list(islice(runs, most_marks(len(text)) + 1))


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def has_random_run(text: str) -> bool:
    """Tell whether a random token stands anywhere in a text."""
    if len(text) < TOKEN_LENGTH or text.islower():
        return False
    return _has_run(text)


def _has_run(text: str) -> bool:
    return any(is_random(found[0]) for found in _RUN.finditer(text))


def is_unspeakable(text: str) -> bool:
    """Tell whether small letters stand together in a text as they do in no word.

    >>> is_unspeakable("kqjdzzhfvaqw"), is_unspeakable("catchphrase-lengths")
    (True, False)
    """
    return _UNSPEAKABLE.search(text) is not None


def is_plain(text: str) -> bool:
    """Tell whether a path segment is a plain word, a slug or a version, which hide no secret.

    >>> [is_plain(text) for text in ("email", "summer-sale-2026", "v2", "8f3k2m", "493021")]
    [True, True, True, False, False]
    """
    return _PLAIN.fullmatch(text) is not None or (text[:1] == "v" and _VERSION.fullmatch(text) is not None)
