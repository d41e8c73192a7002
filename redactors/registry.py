"""THE table: field class to redactor. Listing a class here is what brings it under the law tests."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass

from redactors.addresses import address_transform, replace_addresses
from redactors.base import Value
from redactors.cookies import Cookies
from redactors.credentials import credential_redactor, email_redactor, identity_redactor
from redactors.headers import HeaderRedactors, Headers
from redactors.hits import Hits
from redactors.keyring import KeyRing
from redactors.marks import Marker
from redactors.names import CREDENTIAL, PIN, SESSION
from redactors.objects import Objects
from redactors.path import Paths, template_of
from redactors.policy import Policy
from redactors.rescan import mark_document
from redactors.secrets import Rules
from redactors.straight import Redactor, change
from redactors.text import Texts
from redactors.url import Urls, params_redactor, strip_query

Text = Callable[[str], str]
Other = Callable[[Value], tuple[Value, bool]]


@dataclass(frozen=True, slots=True)
class Redactors:
    """Every redactor of one policy, and the hits their secret rules counted."""

    by_class: Mapping[str, Redactor]
    objects: Objects
    hits: Hits
    marker: Marker


def build(policy: Policy, ring: KeyRing | None, rules: Rules, *, note_paths: bool = False) -> Redactors:
    """Build the redactors of a policy; with `note_paths` the templates of paths with something marked are counted."""
    marker = Marker(ring, (rule.id for rule in rules.rules), policy.scope)
    hits = Hits(rules, marker, policy.email)
    visitor = address_transform(policy.ip, marker, ring)
    kept: dict[str, str] = {}
    kept_address = address_transform("keep", marker, ring, kept)
    query = strip_query if policy.query == "strip" else params_redactor(frozenset(policy.params_keep), marker)
    path = Paths(policy.path_templates, marker, hits.mark).redact
    note = (lambda safe: hits.count_path(template_of(safe))) if note_paths else None
    url = Urls(path, query, marker, note).redact
    stripped = url if query is strip_query else Urls(path, strip_query, marker, note).redact
    credential = credential_redactor(marker)
    session = credential_redactor(marker, "session")
    identity = identity_redactor(policy.identity, marker)
    email = email_redactor(policy.email, marker)
    texts = Texts(hits, url, visitor)
    text = texts.redact
    places: dict[str, str] = {}
    geo = coarse_redactor(places) if policy.geo == "coarse" else lambda place: place and "[geo]"
    agent = text if policy.user_agent == "keep" else agent_family
    cookies = Cookies(policy.cookies_keep, policy.session_cookies, marker)
    headers = Headers(
        {name.lower() for name in policy.headers_keep},
        {name.partition(".")[2].lower() for name in (*policy.identity_request, *policy.identity_response)},
        HeaderRedactors(
            url,
            visitor,
            lambda value: text(replace_addresses(value, visitor)),
            credential,
            identity,
            agent,
            text,
            cookies,
        ),
        marker,
    )
    strings: dict[str, Text] = {
        "url": url,
        "query": query,
        "path": stripped,
        "headers": headers.lines,
        "cookies": cookies.header,
        "credential": credential,
        "identity": identity,
        "email": email,
        "ip": visitor,
        "ip.infrastructure": kept_address,
        "ip.actor": kept_address,
        "geo": geo,
        "text": text,
        "text.user_agent": agent,
        "safe": str,
        "body": lambda body: body if not body or marker.is_mark(body) else marker.plain("body"),
    }
    secrets = {CREDENTIAL: credential, PIN: credential, SESSION: session}
    place = _compared(coarse_number if policy.geo == "coarse" else _nothing)
    objects = Objects(
        strings,
        texts.clean,
        cookies,
        headers,
        secrets,
        hits.mark,
        place,
        lambda document: mark_document(document, hits),
    )
    texts.json_text = _unmet(objects.json_text, marker)
    clean: dict[Text, Container[str]] = {text: texts.clean}
    known: dict[Text, Mapping[str, str]] = {kept_address: kept}
    by_class = {name: _of_text(name, act, objects, clean.get(act), known.get(act)) for name, act in strings.items()}
    by_class["headers"] = Redactor(
        headers.lines, _compared(_listed(headers.sequence)), headers.map, plans=headers.plans
    )
    by_class["cookies"] = Redactor(
        cookies.header, _compared(_listed(cookies.sequence)), cookies.map, plans=cookies.plans
    )
    by_class["geo"] = Redactor(geo, place, known=places)
    by_class["object"] = by_class["unknown"] = objects.under("")
    by_class["host"] = by_class["safe"] = by_class["safe.list"] = Redactor(None, _inside(objects), keeps_scalars=True)
    return Redactors(by_class, objects, hits, marker)


def _unmet(act: Callable[[str], str | None], marker: Marker) -> Callable[[str], str | None]:
    """Keep what is found in a text out of what was met: a text is looked at again once marks were put into it."""

    def redact(text: str) -> str | None:
        met, marker.met = marker.met, None
        try:
            return act(text)
        finally:
            marker.met = met

    return redact


_SECRET_CLASSES = frozenset({"credential", "identity", "email", "ip", "body", "headers", "cookies"})


def _of_text(
    name: str, act: Text, objects: Objects, clean: Container[str] | None, known: Mapping[str, str] | None
) -> Redactor:
    """Return the redactor of a class whose values are strings or lists of strings; other types are unknown."""
    secret = name in _SECRET_CLASSES
    passing = frozenset[str]() if clean is None else clean

    def items(values: list[Value]) -> int:
        changed = 0
        for at, each in enumerate(values):
            if each.__class__ is str and each in passing:
                continue
            new, touched = change(redactor, each)
            if touched:
                values[at] = new
                changed += 1
        return changed

    def other(value: Value) -> tuple[Value, bool]:
        if isinstance(value, dict) and name != "body":
            return change(objects.secret(CREDENTIAL) if name == "credential" else objects.under(""), value)
        return (None, True) if secret else (value, False)

    redactor = Redactor(act, other, items=items, clean=clean, known=known)
    return redactor


def _inside(objects: Objects) -> Other:
    """Return what is done to a container where plain scalars are safe: objects in it are unknown, scalars stay."""

    def other(value: Value) -> tuple[Value, bool]:
        if not isinstance(value, list):
            return change(objects.under(""), value)
        changes = [other(each) if isinstance(each, dict | list) else (each, False) for each in value]
        return [each for each, _ in changes], any(changed for _, changed in changes)

    return other


def _listed(sequence: Callable[[list[Value]], list[Value]]) -> Callable[[Value], Value]:
    return lambda value: sequence(value) if isinstance(value, list) else None


def _compared(act: Callable[[Value], Value]) -> Other:
    def other(value: Value) -> tuple[Value, bool]:
        new = act(value)
        return new, new != value

    return other


def _nothing(_value: Value) -> None:
    return None


_NUMBER = re.compile(r"\s*-?\d{1,3}(?:\.\d+)?\s*")


_MOST_PLACES = 8192


def coarse_redactor(known: dict[str, str]) -> Text:
    """Return what makes a place coarse; places that were met before are remembered in `known`."""

    def redact(place: str) -> str:
        if place not in known:
            if len(known) >= _MOST_PLACES:
                known.clear()
            known[place] = coarse(place)
        return known[place]

    return redact


def coarse(place: str) -> str:
    """Keep one decimal of a latitude or longitude; names of places stay.

    >>> coarse("51.75670"), coarse("Berlin")
    ('51.8', 'Berlin')
    """
    return str(round(float(place), 1)) if "." in place and _NUMBER.fullmatch(place) else place


def coarse_number(place: Value) -> Value:
    """Keep one decimal of a latitude or longitude given as a number; drop what is no place."""
    return round(place, 1) if isinstance(place, float | int) and not isinstance(place, bool) else None


_FAMILIES = (
    ("bot", re.compile(r"(?i)bot|crawl|spider")),
    ("Edge", re.compile(r"\bEdg(?:e|A|iOS)?/")),
    ("Opera", re.compile(r"\bOPR/|\bOpera\b")),
    ("Firefox", re.compile(r"\bFirefox/|\bFxiOS/")),
    ("Chrome", re.compile(r"\bChrome/|\bCriOS/")),
    ("Safari", re.compile(r"\bSafari/")),
    ("curl", re.compile(r"(?i)^curl/")),
)


def agent_family(agent: str) -> str:
    """Reduce a user agent to its family, `other` where it has none.

    >>> agent_family("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/110.0 Safari/537.36")
    'Chrome'
    """
    if not agent or agent == "other":
        return agent
    return next((name for name, shape in _FAMILIES if agent == name or shape.search(agent)), "other")
