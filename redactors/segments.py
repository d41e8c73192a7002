"""One segment of a path: what it says of the next, and whether it is a secret itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from redactors.escapes import flatten, undisguise, unquote
from redactors.marks import Marker
from redactors.names import secrecy, words
from redactors.shapes import ASSET_ROOTS, TOKEN_LENGTH, has_random_run, is_asset, is_id, is_plain, is_unspeakable

CAPABILITY_WORDS = frozenset(
    "reset verify verification verifications confirm confirmation invite invites invitation invitations magic "
    "activate activation unsubscribe confirmations activations shares resetpassword passwordreset magiclink loginlink "
    "signinlink share shared webhook webhooks hook hooks token tokens auth callback recover recovery unlock download "
    "otp 2fa mfa totp sessions passwordless signin optout approve accept decline join redeem claim voucher onetime "
    "signed guest preview feed feeds export exports".split()
)
"""What follows one of these is itself the key to something."""
_BEFORE_TOKENS = frozenset(
    "reset verify confirm invite activate unsubscribe optout magic token otp unlock recover redeem claim "
    "voucher".split()
)
"""In one segment with a token: `reset-k3jd82hf7aq1`."""
_BETWEEN = re.compile(r"[-_.~:=,]")
_SHORTEST_TOKEN, _SHORTEST_NUMBER, _SHORTEST_HEX = 8, 6, 16
_PAGE = re.compile(r"\.(?:php\d?|aspx?|jsp|do|cgi|html?|action)")
"""How the page of a route may end: `reset.php`."""

_OWNED = frozenset({"key", "keys", "code", "codes", "token", "tokens", "opt", "link", "private", "fa", "one"})
"""Words that are telling beside another: `api-key`, `opt-out`, `2fa`, `one-time`."""
_HOOK_ROOTS = frozenset({"services", "workflows", "triggers"})
_WORKSPACE = re.compile(r"T[A-Z0-9]{6,20}")
"""The id of a workspace in the address of a chat's webhook."""
_FEED = re.compile(r"private-(?=[^0-9]{0,64}[0-9])[0-9A-Za-z_]{16,64}")
"""The secret address of a calendar."""
_SIMPLE = re.compile(r"[A-Za-z0-9_.~-]*")
_PLATFORM = "x86_64|x64|x86|amd64|arm64|aarch64|armv7|i386|i686|win32|win64|el[789]"
_FILE = re.compile(
    rf"[A-Z]?[a-z]{{1,20}}(?:[-_.](?:[A-Z]?[a-z]{{1,20}}|[A-Z]{{1,8}}|v?\d{{1,4}}|{_PLATFORM})){{1,12}}|{_PLATFORM}"
)
"""A file of plain words, a version and a platform."""
_DATE = re.compile(r"(?:19|20)\d\d(?:-[01]\d-[0-3]\d)?|\d{1,3}")
"""A day, a year, or a number too small to be a secret."""
_BOT = re.compile(r"bot\d+:")
_PAIR = re.compile(r"([;,&]?)([^=;,&]+)=([^;,&]*)")
_SCRIPT_ESCAPE = re.compile(r"%u00([0-9A-Fa-f]{2})")
_OVERLONG_SLASH = re.compile(r"(?i)%c0%af")
_ENCODED_URL = re.compile(r"(?i):[/\\]{2}|[?#&]|\xc0\xbf")
_CACHE_SIZE = 4096

PLAIN, CAPABILITY, ASSETS, RANDOM, TELLING = range(5)
"""Verdicts on a segment: marked only behind a capability word, and only if it is no word; makes the next ones suspect;
kept, and switches the test for random ones off for what follows; looks random, and is marked; is marked for what it
says."""


class Segments:
    """Judges segments, which may hide paths of their own and secrets of known formats."""

    def __init__(self, marker: Marker, mark_hits: Callable[[str], str], mark_path: Callable[[str], str]) -> None:
        """Take the marks, and what marks known formats in a text and secret segments in a path."""
        self._marker = marker
        self._mark_hits = mark_hits
        self._mark_path = mark_path

    def judge(self, part: str) -> int:
        """Return the verdict on a segment."""
        if part.isalnum() and part.isascii():
            if not part.isalpha() and (part.islower() or part.isdigit()):
                return CAPABILITY if part in CAPABILITY_WORDS else PLAIN
            if part.islower() or len(part) < TOKEN_LENGTH:
                return ASSETS if part in ASSET_ROOTS else CAPABILITY if is_capability(part) else PLAIN
        elif not _SIMPLE.fullmatch(part):
            return self._odd(part)
        elif part in ASSET_ROOTS:
            return ASSETS
        if has_random_run(part) and (not is_asset(part) or part.endswith(".json")):
            return RANDOM
        return TELLING if _FEED.fullmatch(part) or ends_in_token(part) else CAPABILITY if is_capability(part) else PLAIN

    def _odd(self, part: str) -> int:
        """Judge a segment that is more than letters, digits, `-` and `_`."""
        if part[0] == "[" and self._marker.is_mark(part):
            return PLAIN
        decoded = decode(part)
        # Decoded, a name may come to light; as it stands, a sign that parts pairs is none where it was encoded.
        if _BOT.match(decoded) or any(has_secret_pair(each, self._marker) for each in (decoded, part)):
            return TELLING
        if "/" in decoded or "\\" in decoded:
            return TELLING if _ENCODED_URL.search(decoded) or self._mark_path(decoded) != decoded else PLAIN
        if _ENCODED_URL.search(decoded) or (part != decoded and self._mark_hits(decoded) != decoded):
            return TELLING
        if has_random_run(decoded) and not is_asset(part):
            return RANDOM
        return TELLING if ends_in_token(decoded) else CAPABILITY if is_capability(decoded) else PLAIN

    def is_harmless(self, part: str) -> bool:
        """Tell whether a segment behind a capability word is a plain word, file, date or small number, or marked."""
        return (
            (is_plain(part) and not is_unspeakable(part))
            or self._marker.is_mark(part)
            or _DATE.fullmatch(part) is not None
            or _FILE.fullmatch(part) is not None
        )


def opens_webhook(part: str, following: str) -> bool:
    """Tell whether two segments begin the address of a chat's webhook.

    >>> opens_webhook("services", "T01ABCDEFGH"), opens_webhook("services", "Team")
    (True, False)
    """
    return part in _HOOK_ROOTS and _WORKSPACE.fullmatch(following) is not None


def is_capability(part: str) -> bool:
    """Tell whether a segment says that what follows is the key to something."""
    if not part.isalnum():
        part = _PAGE.sub("", part.partition(";")[0])
    names = part.split("-") if part.islower() and part.isascii() and "_" not in part else words(part)
    joined = "".join(names)
    if not CAPABILITY_WORDS.isdisjoint(names) or joined in CAPABILITY_WORDS:
        return part.isalpha() or is_plain(part)
    telling = joined.isalpha() and is_plain(part) and not all(map(is_innocent, names))
    return telling and secrecy(part) != ""


def ends_in_token(part: str) -> bool:
    """Tell whether a segment is a capability and its token in one.

    >>> [ends_in_token(part) for part in ("reset-k3jd82hf7aq1", "reset-password-2", "verify-email")]
    [True, False, False]
    """
    first, *others = _BETWEEN.split(part)
    if not others or _BEFORE_TOKENS.isdisjoint(map(str.lower, (first, *others))) or is_asset(part):
        return False
    return any(_is_short_token(other) for other in others)


def _is_short_token(text: str) -> bool:
    if text.isdigit():
        return len(text) >= _SHORTEST_NUMBER
    least = _SHORTEST_HEX if is_id(text) else _SHORTEST_TOKEN
    return len(text) >= least and text.isalnum() and any(map(str.isdigit, text))


@lru_cache(maxsize=_CACHE_SIZE)
def is_innocent(word: str) -> bool:
    """Tell whether a word in small letters can have no part in a capability.

    >>> [is_innocent(word) for word in ("orders", "reset", "apikey", "key")]
    [True, False, False, False]
    """
    return word not in CAPABILITY_WORDS and word not in _OWNED and not secrecy(word)


def decode(part: str) -> str:
    """Undo percent-encoding, however often it was put on, and disguises of letters."""
    if "%" in part:
        part = flatten(part)
        part = _OVERLONG_SLASH.sub("/", _SCRIPT_ESCAPE.sub(r"%\1", part))
        for _ in range(3):
            part = unquote(part)
    return part if part.isascii() else undisguise(part)


def has_secret_pair(part: str, marker: Marker) -> bool:
    """Tell whether a segment holds a pair of a credential's name and a value."""
    return "=" in part and any(
        secrecy(found[2]) and found[3] and not marker.is_mark(found[3]) for found in _PAIR.finditer(part)
    )


def mark_segment(part: str, mark: str, *, whole: bool) -> str:
    """Mark the values of secret pairs where the segment is made of pairs; else the whole segment."""
    if whole or "=" not in part or not any(secrecy(found[2]) for found in _PAIR.finditer(part)):
        return mark

    def pair(found: re.Match[str]) -> str:
        if secrecy(found[2]) or has_random_run(decode(found[3])):
            return f"{found[1]}{found[2]}={mark}"
        return found[0]

    marked = _PAIR.sub(pair, part)
    return mark if "%" in marked or has_random_run(marked) else marked
