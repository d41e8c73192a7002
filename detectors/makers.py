"""THE table: column to the code that fills it, from the roles that a dataset gives its fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any, Final

from detectors import sights, tokens
from detectors.calls import call_makers
from detectors.columns import LONGEST, Later
from detectors.deception import SIGNS, odd_path
from detectors.drawn import asker
from detectors.looking import Code, Look, Maker, Surroundings
from detectors.routes import Routes

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
INTERFACES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("API", "api", "api_key", "api_token"), "api"),
    **dict.fromkeys(("UI", "ui", "dash"), "dashboard"),
}
TEXTS: Final = ("script", "version", "service", "colo", "ray", "method", "outcome", "token", "action", "resource")
AS_THEY_ARE: Final = (*TEXTS, "host", "route", "content_type", "interface", "status", "size")
"""Columns of which a row holds what the field of the role of their name holds; see `later`."""
_OK, _TOO_MANY = 200, 429
_BODILESS: Final = frozenset({204, 205, 304})


def makers(around: Surroundings) -> Mapping[str, Maker]:
    """Return the maker of each column, and of the places that become rows of their own."""
    identity = around.facts.identity
    return {
        **{role: partial(_field, role=role) for role in AS_THEY_ARE},
        "time": _time,
        "dataset": lambda look: look.constant(look.dataset.name),
        "scope": _scope,
        "account": _account,
        "zone": _zone,
        "side": lambda look: look.constant(look.side),
        "parent": _parent,
        "odd_path": _odd_path,
        "client": _client,
        "network": _network,
        "asker": asker,
        "credentials": _credentials,
        "sessions": lambda look: _joined(look, look.role("cookies"), tokens.sessions),
        "identity": partial(_identity, paths=identity.request, around=around),
        "answered": partial(_identity, paths=identity.response, around=around),
        "acting_for": partial(_identity, paths=identity.impersonation, around=around),
        "issuer": partial(_claim, at=0, around=around),
        "audience": partial(_claim, at=1, around=around),
        "given": _given,
        "limiter": _limiter,
        "cache": _cache,
        "cache_key": _cache_key,
        "response": _response,
        "empty": _empty,
        "exception": lambda look: _crash(look, 0),
        "trace": lambda look: _hashed(look, _crash(look, 1)),
        "actor": lambda look: _joined(look, look.role("actor"), partial(tokens.person, mark=around.identity)),
        **call_makers(around),
    }


def later(around: Surroundings) -> Mapping[str, Later]:
    """Return what is made of the values of columns that rows hold as the scrubbed records do."""
    return {
        **dict.fromkeys(TEXTS, Later(sights.text, str)),
        **dict.fromkeys(("status", "size"), Later(sights.number, int)),
        "host": Later(sights.host),
        "route": Later(Routes(around.facts.routes).route),
        "content_type": Later(_media),
        "interface": Later(_interface),
        "empty": Later(_is_empty),
    }


def _field(look: Look, role: str) -> Code:
    paths = look.role(role)
    return look.safe(paths[0]) if paths else ""


def _joined(look: Look, paths: list[str], act: Callable[[Value], str]) -> Code:
    return " + ".join(f"({look.call(act, 'w')} if (w := {look.safe(path)}) else '')" for path in paths)


def _credentials(look: Look) -> Code:
    """Read the usual form, which ends in a mark, without a call."""
    usual = f"w[-21:-5] if w.__class__ is Str and 0 <= w.find('~') == len(w) - {tokens.TILDE}"
    marks = look.call(tokens.marks, "w")
    codes = (f"(({usual} else {marks}) if (w := {look.safe(path)}) else '')" for path in look.role("credentials"))
    return " + ".join(codes)


def _text(look: Look, role: str) -> Code:
    paths = look.role(role)
    return _plain(look, look.safe(paths[0])) if paths else ""


def _time(look: Look) -> Code:
    paths = look.held([look.dataset.time] if look.dataset.time else [])
    if not paths:
        return ""
    usual = f"w // 1000000 if w >= {sights.NANOSECONDS} else w if {sights.MILLISECONDS} <= w < {sights.LATEST_MS} else "
    other = look.call(sights.time_ms, "w")
    return f"(({usual}{other}) if (w := {look.safe(paths[0])}).__class__ is Int else {other})"


def _plain(look: Look, code: Code) -> Code:
    return f"(w if (w := {code}).__class__ is Str else {look.call(sights.text, 'w')})"


def _scope(look: Look) -> Code:
    service = _named(look, "service") if look.role("service") else "''"
    return f"{look.column('zone')} or {look.column('account')} or {service}"


def _hashed(look: Look, code: Code) -> Code:
    return f"({look.call(look.around.hashed, 'w')} if (w := {code}) else 0)" if code else ""


def _zone(look: Look) -> Code:
    zones = look.around.facts.of_zone
    lists = {name: {each: zone for zone, of in zones.items() for each in getattr(of, name)} for name in _OF_ZONE}
    told = [_text(look, "zone")]
    for name, columns in _OF_ZONE.items():
        known = [column for column in columns if lists[name] and look.role(column)]
        told += [f"{look.constant(lists[name])}.get({_named(look, column)})" for column in known]
    told += [_text(look, "worker_zone"), f"{look.constant(look.around)}.zone"]
    return " or ".join(filter(None, told))


def _named(look: Look, column: str) -> Code:
    """Return the code of a name that rows hold as the record has it."""
    return look.call(sights.host if column == "host" else sights.text, look.column(column))


_OF_ZONE: Final[Mapping[str, tuple[str, ...]]] = {
    "scripts": ("script",),
    "backends": ("service", "host"),
    "hosts": ("host",),
}


def _account(look: Look) -> Code:
    accounts = {zone: of.account for zone, of in look.around.facts.of_zone.items() if of.account}
    known = f"{look.constant(accounts)}.get({look.column('zone')})" if accounts else ""
    return " or ".join(filter(None, (_text(look, "account"), known, f"{look.constant(look.around)}.account")))


def _parent(look: Look) -> Code:
    paths = look.role("parent")
    if not paths:
        return ""
    told = look.dataset.roles["parent"]
    none = look.constant(frozenset(told.get("none", ("",)) if isinstance(told, dict) else ("",)))
    return f"(w if (w := {look.safe(paths[0])}).__class__ is Str and w not in {none} else '')"


def _client(look: Look) -> Code:
    """Tell who asked where somebody wants to know: of attempts, and of cookies that were given."""
    paths = look.role("client")
    if not paths:
        return ""
    hashed = _hashed(look, f"{look.call(sights.address, look.raw(paths[0]))}[1]")
    given = f"{look.column('given')} and {look.column('cache')} in {look.constant(FOUND)}"
    return f"({hashed} if {look.column('asked')} or ({given}) else 0)"


def _network(look: Look) -> Code:
    paths = look.role("client")
    if not paths:
        return ""
    # An actor's address is no secret of a visitor and stays whole: allowlists name single machines.
    whole = look.dataset.fields.get(paths[0]) == "ip.actor"
    return f"{look.raw(paths[0], sights.whole_address if whole else sights.address)}[0]"


def _identity(look: Look, paths: tuple[str, ...], around: Surroundings) -> Code:
    return _joined(look, look.held(paths), partial(tokens.person, mark=around.identity))


def _claim(look: Look, at: int, around: Surroundings) -> Code:
    paths = look.role("credentials")
    if not paths or look.dataset.roles.get("side", {}).get("else") != "backend":
        return ""
    return look.call(around.clean, f"{look.raw(paths[0], tokens.claims)}[{at}]")


def _limiter(look: Look) -> Code:
    told = look.dataset.roles.get("limited_by", {})
    rules, origins = (look.held([told[key]]) if key in told else [] for key in ("rule", "origin"))
    if not look.role("status") or not told:
        return ""
    rule = f"'rule' if {look.call(_names_rate, look.safe(rules[0]))} else " if rules else ""
    origin = f"'origin' if {look.safe(origins[0])} == {_TOO_MANY} else " if origins else ""
    limited = f"({rule}{origin}{look.constant(told.get('else', ''))})"
    return f"({limited} if {look.column('status')} == {_TOO_MANY} else '')"


def _names_rate(sources: Value) -> bool:
    named = sources if isinstance(sources, list) else [sources]
    return any(isinstance(each, str) and "ratelimit" in each.lower() for each in named)


def _cache(look: Look) -> Code:
    paths = look.role("cache")
    if not paths:
        return ""
    return f"({look.constant(CACHE)}.get(w, '') if (w := {look.safe(paths[0])}).__class__ is Str else '')"


def _given(look: Look) -> Code:
    """Tell which sessions an answer gave where that matters: out of a cache, or with a user named in the answer."""
    given = _joined(look, look.role("set_cookies"), tokens.sessions)
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
    whole = f"{_named(look, 'host')} + {look.call(sights.text, look.raw(routes[0]))}"
    hashed = look.call(look.around.hashed, whole)
    # A link laid out for a cache serves those nobody knows, too; what is a file, its media type says.
    laid_out = f"({look.column('odd_path')} and {look.column('content_type')})"
    return f"({hashed} if {cache} in {look.constant(STORED)} and {_someone(look, laid_out)} else 0)"


def _response(look: Look) -> Code:
    paths = look.role("response_fingerprint")
    if not paths:
        return ""
    tag = look.call(tokens.strong_tag, look.safe(paths[0]))
    return f"({_hashed(look, tag)} if {look.column('status')} == {_OK} and {_someone(look)} else 0)"


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


def _crash(look: Look, at: int) -> Code:
    paths = look.role("exceptions")
    return f"{look.raw(paths[0], tokens.crash)}[{at}]" if paths else ""


def _media(value: Value) -> str:
    return _media_of(value) if value.__class__ is str else ""


@lru_cache(1024)
def _media_of(text: str) -> str:
    return text[:LONGEST].partition(";")[0].strip().lower()


def _interface(value: Value) -> str:
    return INTERFACES.get(value, "") if isinstance(value, str) else ""
