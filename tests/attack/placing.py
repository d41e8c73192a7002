"""Tokens placed in all positions and encodings, and what of them survives the engine: THE table of the groups."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from redactors.shapes import is_plain
from tests.attack.tokens import Token, is_known_alone
from tests.laws.places import AFTER_CAPABILITY, ANY_SECRET, KNOWN_FORMAT, Place, _request, _trace
from tests.laws.stage import run

Encode = Callable[[str], str]
Chosen = Callable[[Token], bool]

PLAIN = re.compile(r"[A-Za-z0-9._~+/=-]+")
"""What stands in a URL, a header or a text as it is."""
_SEGMENT = ":@-._~"


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _twice(text: str) -> str:
    return _quoted(_quoted(text))


def _escaped(text: str) -> str:
    """Write every sign as JSON may: an escape for each of the two halves of a letter beyond the first plane."""
    return "".join(
        letter
        if letter.isalnum() and letter.isascii()
        else re.sub("(....)", r"\\u\1", letter.encode("utf-16-be").hex())
        for letter in text
    )


def _in_json(text: str) -> str:
    return json.dumps({"note": text})


def _segment(text: str) -> str:
    return quote(text, safe=_SEGMENT)


def _as_it_is(token: Token) -> bool:
    return PLAIN.fullmatch(token.secret) is not None


def _encodable(_token: Token) -> bool:
    return True


_ENCODINGS: Mapping[str, tuple[Encode, Chosen]] = {
    "as it is": (str, _as_it_is),
    "percent": (_quoted, _encodable),
    "percent twice": (_twice, _encodable),
}
_MATRIX = frozenset({"matrix parameter", "matrix parameter among others"})
_NO_SLASH = frozenset(
    {*_MATRIX, "nested URL in a path"}
    | {name for name in ANY_SECRET if name.startswith(("userinfo", "protocol-relative", "backslashes", "tab in"))}
)
"""Where a slash that nobody encoded ends what it stands in."""


@dataclass(frozen=True, slots=True)
class Group:
    """Places that are promised alike: which tokens, in which encodings, and the share that may survive."""

    name: str
    places: Mapping[str, Place]
    encodings: Mapping[str, tuple[Encode, Chosen]]
    text: Callable[[Token], str]
    may_survive: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one place in one encoding."""

    group: str
    place: str
    encoding: str
    placed: int
    survivors: tuple[str, ...]
    """The rules of the tokens of which something survived."""


_TEXTS: Mapping[str, Place] = {
    **{
        name: KNOWN_FORMAT[name]
        for name in ("text after a percent-encoded quote", "text after an escape", "console text")
    },
    "free text": _request(WAFMatchedVar="seen {} there"),
    "user agent": _request(ClientRequestUserAgent="sync/1.0 {}"),
    "unknown field": _request(ShopExtra={"note": "seen {} there"}),
    "exception": _trace([], Exceptions=[{"Name": "Error", "Message": "failed: {}"}]),
    "stack trace": _trace([], Exceptions=[{"Name": "Error", "Stack": "Error: {}\n    at fn (a.js:1:2)"}]),
    "unknown header": _request(RequestHeaders={"x-shop": "{}"}),
}
_PATHS: Mapping[str, Place] = {
    "path": _request(ClientRequestPath="/files/{}/view"),
    "path of a URI": _request(ClientRequestURI="/files/{}"),
    "path of a URL": _request(ClientRequestReferer="https://h.example/files/{}/view?x=1"),
    "path in text": _request(WAFMatchedVar="GET /files/{} HTTP/1.1"),
}


def _secret(token: Token) -> str:
    return token.secret


def _context(token: Token) -> str:
    return token.context


def _known(token: Token) -> bool:
    return token.family != "personal" and is_known_alone(token) and _as_it_is(token)


GROUPS: tuple[Group, ...] = (
    Group("where nothing may stay", ANY_SECRET, _ENCODINGS, _secret),
    Group(
        "after a capability word",
        AFTER_CAPABILITY,
        {"percent": (_segment, lambda token: not is_plain(token.secret))},
        _secret,
    ),
    Group(
        "known formats in text",
        _TEXTS,
        {
            "as it is": (str, _encodable),
            "percent": (_quoted, _encodable),
            "percent twice": (_twice, _encodable),
            "unicode escapes": (_escaped, _encodable),
            "JSON": (_in_json, _encodable),
        },
        _context,
        0.005,
    ),
    Group(
        "known formats in paths",
        _PATHS,
        {"percent": (_segment, _known), "percent twice": (_twice, _known)},
        _secret,
        0.005,
    ),
    Group(
        "unknown tokens in text",
        {name: _TEXTS[name] for name in ("free text", "console text", "stack trace", "unknown field")},
        {"as it is": (str, _encodable), "percent twice": (_twice, _encodable)},
        _secret,
        0.15,
    ),
    Group("unknown tokens in paths", _PATHS, {"as it is": (str, _encodable)}, _secret, 0.15),
)


def place_all(group: Group, tokens: Iterable[Token]) -> list[Outcome]:
    """Place every token in every place and encoding of a group, and tell what survived."""
    return [
        _placed(group, place, encoding, [token for token in tokens if _fits(place, token, encoding, chosen)], encode)
        for place in group.places
        for encoding, (encode, chosen) in group.encodings.items()
    ]


def _fits(place: str, token: Token, encoding: str, chosen: Chosen) -> bool:
    if place in _NO_SLASH and (
        "/" in token.secret if encoding == "as it is" or place in _MATRIX else "%" in token.secret
    ):
        return False
    return chosen(token) and not (place == "cookie header without a name" and "=" in token.secret)


def _placed(group: Group, place: str, encoding: str, tokens: list[Token], encode: Encode) -> Outcome:
    lines = [group.places[place](encode(group.text(token))) for token in tokens]
    result = run(b"\n".join(lines) + b"\n")
    safe = result.safe.splitlines()
    assert len(safe) + len(result.dead) == len(tokens)
    assert not result.dead
    bare = group.places[place]("")
    gone = [token.rule for token, line in zip(tokens, safe, strict=True) if _survives(token, line, bare)]
    return Outcome(group.name, place, encoding, len(tokens), tuple(gone))


def _survives(token: Token, line: bytes, bare: bytes) -> bool:
    """Tell whether a random window of a token stands in a line, and not in what stood around the token."""
    plain = unquote_to_bytes(line)
    views = line + b"\n" + plain + b"\n" + unquote_to_bytes(plain)
    return any(part in views and part not in bare for part in map(str.encode, token.random))
