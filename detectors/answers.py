"""Makers of the columns on answers: who limited, what the cache did, and whose an answer may be."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from detectors import sights, tokens
from detectors.codes import hashed, joined, named
from detectors.columns import LONGEST, Later
from detectors.deception import SIGNS, odd_path
from detectors.looking import Code, Look, Maker

Value = Any
"""Any JSON value."""

STORED: Final = frozenset({"hit", "stale", "updating", "revalidated", "miss", "expired"})
"""What the cache says of answers that it kept, or has kept now."""
FOUND: Final = frozenset({"hit", "stale", "updating", "revalidated"})
"""What it says of answers that it had."""
CACHE: Final[Mapping[str, str]] = {
    spelling: word
    for word in (*STORED, "bypass", "deferred", "dynamic", "ignored", "none", "stream_hit", "unknown")
    for spelling in (word, word.upper())
}
"""All that the cache says (Cloudflare, Cache responses)."""
STATIC: Final = ("image/", "font/", "video/", "audio/", "text/css", "text/javascript", "application/javascript")
"""Media types of answers that are nobody's own, whoever asked."""
_OK, _TOO_MANY = 200, 429
_BODILESS: Final = frozenset({204, 205, 304})


def answer_makers() -> Mapping[str, Maker]:
    """Return the maker of each of these columns."""
    return {
        "limiter": _limiter,
        "cache": _cache,
        "given": _given,
        "odd_path": _odd_path,
        "cache_key": _cache_key,
        "response": _response,
        "empty": _empty,
    }


def answer_later() -> Mapping[str, Later]:
    """Return what is made later of the values of these columns."""
    return {"content_type": Later(_media), "empty": Later(_is_empty)}


def _limiter(look: Look) -> Code:
    told = look.dataset.roles.get("limited_by", {})
    rules, origins = (look.held([told[key]]) if key in told else [] for key in ("rule", "origin"))
    if not look.role("status") or not told:
        return ""
    rule = f"'rule' if {look.call(_names_rate, look.safe(rules[0]))} else " if rules else ""
    origin = f"'origin' if {look.safe(origins[0])} == {_TOO_MANY} else " if origins else ""
    limited = f"({rule}{origin}{look.constant(told.get('else', ''))})"
    return f"({limited} if {_is(look, 'status', _TOO_MANY)} else '')"


def _is(look: Look, column: str, number: int) -> Code:
    """Return the code that tells whether a row holds a number, or its digits."""
    return f"{look.column(column)} in {look.constant((number, str(number)))}"


def _names_rate(sources: Value) -> bool:
    told = sources if isinstance(sources, list) else [sources]
    return any(isinstance(each, str) and "ratelimit" in each.lower() for each in told)


def _cache(look: Look) -> Code:
    paths = look.role("cache")
    if not paths:
        return ""
    return f"({look.constant(CACHE)}.get(w, '') if (w := {look.safe(paths[0])}).__class__ is Str else '')"


def _given(look: Look) -> Code:
    """Tell which sessions an answer gave where that matters: out of a cache, or with a user named in the answer."""
    given = joined(look, look.role("set_cookies"), tokens.sessions)
    return (
        f"({given} if {look.column('cache')} in {look.constant(FOUND)} or {look.column('answered')} else '')"
        if given
        else ""
    )


def _odd_path(look: Look) -> Code:
    paths = look.role("route") if look.role("cache") and look.around.facts.has_private_routes else []
    # As it came: what a cache and its origin read differently is what scrubbing may take away.
    return look.where(SIGNS, odd_path, look.raw(paths[0])) if paths else ""


def _cache_key(look: Look) -> Code:
    routes, cache = look.role("route"), look.column("cache")
    if not routes or not look.role("cache") or not look.around.facts.has_private_routes:
        return ""
    whole = f"{named(look, 'host')} + {look.call(sights.text, look.raw(routes[0]))}"
    key = look.call(look.around.hashed, whole)
    # A link laid out for a cache serves those nobody knows, too; what is a file, its media type says.
    laid_out = f"({look.column('odd_path')} and {look.column('content_type')})"
    return f"({key} if {cache} in {look.constant(STORED)} and {_someone(look, laid_out)} else 0)"


def _response(look: Look) -> Code:
    paths = look.role("response_fingerprint")
    if not paths:
        return ""
    tag = look.call(tokens.strong_tag, look.safe(paths[0]))
    return f"({hashed(look, tag)} if {_is(look, 'status', _OK)} and {_someone(look)} else 0)"


def _someone(look: Look, *otherwise: Code) -> Code:
    """Return the code that tells whether an answer may be somebody's own: who asked is known, or a script asked."""
    names = " or ".join((*map(look.column, ("identity", "sessions", "credentials")), *otherwise))
    own = f"not {look.call(_media, look.column('content_type'))}.startswith({look.constant(STATIC)})"
    return own if look.side == "subrequest" else f"({names}) and {own}"


def _empty(look: Look) -> Code:
    """Return the code of what tells whether an answer had a body, for `_is_empty`."""
    told = [look.safe(paths[0]) if (paths := look.role(role)) else "None" for role in ("status", "method", "size")]
    return f"({', '.join(told)})" if set(told) != {"None"} else ""


def _is_empty(told: tuple[Value, Value, Value]) -> int:
    """Tell whether an answer had no body, as far as status, method and size say."""
    status, method, size = told
    return int(sights.number(status) in _BODILESS or method == "HEAD" or size in (0, "0"))


def _media(value: Value) -> str:
    return _media_of(value) if value.__class__ is str else ""


@lru_cache(1024)
def _media_of(text: str) -> str:
    return text[:LONGEST].partition(";")[0].strip().lower()
