"""Header maps: names stay; safe values stay; addresses, URLs, credentials and cookies by kind; any other value goes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from redactors.base import Value
from redactors.cookies import Cookies
from redactors.marks import PLATFORM_MARK, Marker
from redactors.names import secrecy
from redactors.planned import PlannedMaps, marked_name
from redactors.straight import Redactor, change

Redact = Callable[[str], str]

SAFE_NAMES = frozenset(
    "access-control-allow-credentials age allow alt-svc cdn-cache-control cf-cache-status cf-ipcountry cf-ray "
    "cf-visitor cf-worker cloudflare-cdn-cache-control connection date dnt expect expires host "
    "if-modified-since if-range if-unmodified-since keep-alive last-modified max-forwards origin pragma "
    "priority range referrer-policy retry-after save-data server te timing-allow-origin trailer "
    "transfer-encoding upgrade upgrade-insecure-requests vary via x-amzn-trace-id x-cache "
    "x-content-type-options x-correlation-id x-dns-prefetch-control x-forwarded-host x-forwarded-port "
    "x-forwarded-proto x-frame-options x-request-id x-requested-with x-robots-tag x-trace-id x-xss-protection".split()
)
LITERAL_NAMES = frozenset(
    "b3 cache-control digest etag if-match if-none-match "
    "nel permissions-policy repr-digest server-timing strict-transport-security traceparent want-digest".split()
)
"""Safe headers whose own grammar has pairs and random runs in it: only what may be a URL with userinfo is looked at."""
_GATES = {"safe": "=:%@", "policy": "?@", "literal": "@"}
"""What the value of a safe header must hold before it is looked at as text."""
_ODD_STARTS = f"[{PLATFORM_MARK[0]}"
SAFE_PREFIXES = (
    "accept",
    "access-control-",
    "content-",
    "ratelimit-",
    "x-ratelimit-",
    "sec-ch-ua",
    "sec-fetch-",
    "x-datadog-",
)
"""`content-location` is a URL all the same; `sec-websocket-key` is none of these."""

_KINDS: Mapping[str, str] = {
    **dict.fromkeys(("content-security-policy", "content-security-policy-report-only"), "policy"),
    **dict.fromkeys(("referer", "location", "content-location", "x-original-url", "x-rewrite-url"), "url"),
    "link": "links",
    **dict.fromkeys(("x-forwarded-for", "cf-connecting-ip", "cf-connecting-ipv6", "true-client-ip", "x-real-ip"), "ip"),
    "cf-pseudo-ipv4": "ip",
    "forwarded": "forwarded",
    "cookie": "cookie",
    "set-cookie": "set-cookie",
    "user-agent": "user_agent",
    **dict.fromkeys(("authorization", "proxy-authorization", "www-authenticate"), "credential"),
}


@dataclass(frozen=True, slots=True)
class HeaderRedactors:
    """What is done to a value, by the kind of its header."""

    url: Redact
    ip: Redact
    forwarded: Redact
    credential: Redact
    identity: Redact
    user_agent: Redact
    text: Redact
    cookies: Cookies


class Headers:
    """The redactor of the class `headers` under one policy."""

    def __init__(
        self, keep: Collection[str], identities: Collection[str], redactors: HeaderRedactors, marker: Marker
    ) -> None:
        """Take names to keep and names that tell who the user is, both in small letters."""
        self._redactors = redactors
        self._marker = marker
        self._plain = marker.plain("header")
        self._by_kind: Mapping[str, Redact] = {
            "safe": redactors.text,
            "policy": redactors.text,
            "literal": redactors.text,
            "url": redactors.url,
            "links": self._links,
            "ip": redactors.ip,
            "forwarded": redactors.forwarded,
            "credential": redactors.credential,
            "identity": redactors.identity,
            "user_agent": redactors.user_agent,
            "cookie": redactors.cookies.header,
            "set-cookie": redactors.cookies.set_header,
            "other": self._other,
        }
        kept = frozenset(keep)
        named = dict.fromkeys(identities, "identity")

        def kind_of(name: str) -> str:
            low = name.strip().lower().replace("_", "-")
            return named.get(low) or ("safe" if low in kept else kind(low))

        self._kind_of = kind_of
        self._safe_name = marked_name(self._plain)
        self._maps = PlannedMaps(self._redactor, self._safe_name, lambda _name: self._plain)
        self.map, self.plans = self._maps.scrub, self._maps.plans

    def value(self, name: str, value: str) -> str:
        """Redact the value of one header."""
        return self._by_kind[self._kind_of(name)](value)

    def _redactor(self, name: str) -> Redactor:
        kind = self._kind_of(name)
        act = self._by_kind[kind]
        gate = _GATES.get(kind, "")

        def other(value: Value) -> tuple[Value, bool]:
            step = Redactor(act, other, keeps_without=gate)
            new = (
                [change(step, each)[0] if isinstance(each, str) else None for each in value]
                if isinstance(value, list)
                else None
            )
            return new, new != value

        if kind == "other":
            return Redactor(act, other, usual=self._plain, odd_starts=_ODD_STARTS)
        return Redactor(act, other, keeps_without=gate)

    def lines(self, text: str) -> str:
        r"""Redact headers written as one text of `Name: value` lines."""
        return "\n".join(self._line(line) for line in text.split("\n"))

    def sequence(self, headers: list[Value]) -> list[Value]:
        """Redact a list of `Name: value` texts, or of maps that hold a name and a value."""
        return [self._item(item) for item in headers]

    def _item(self, item: Value) -> Value:
        if isinstance(item, str):
            return self._line(item)
        if not isinstance(item, dict):
            return None
        made = dict(item)
        names = {key.lower(): key for key in item}
        name, value = (item.get(names.get(part, "")) for part in ("name", "value"))
        if isinstance(name, str) and isinstance(value, str) and len(item) == 2:  # noqa: PLR2004 - a name and a value
            made[names["value"]] = self.value(name, value)
            made[names["name"]] = self._safe_name(name)
        else:
            self.map(made)
        return made

    def _line(self, line: str) -> str:
        name, colon, value = line.partition(":")
        if not colon:
            return self._other(line)
        bare = value.strip()
        return f"{self._safe_name(name)}:{value.replace(bare, self.value(name, bare)) if bare else value}"

    def _other(self, value: str) -> str:
        kept = not value or value == PLATFORM_MARK or (value[0] == "[" and self._marker.is_mark(value))
        return value if kept else self._plain

    def _links(self, value: str) -> str:
        """Redact a Link header: the URL in angle brackets, parameters such as `rel` stay."""
        made: list[str] = []
        for part in value.split("<"):
            target, closing, rest = part.partition(">")
            made.append(
                f"{self._redactors.url(target)}>{self._redactors.text(rest)}" if closing else self._redactors.text(part)
            )
        return "<".join(made)


def kind(name: str) -> str:
    """Tell the kind of a header by its name in small letters: a key of what `Headers` does, `other` if it is not known.

    >>> kind("via"), kind("x-api-key"), kind("x-shop-region")
    ('safe', 'credential', 'other')
    """
    if name in _KINDS:
        return _KINDS[name]
    if name in LITERAL_NAMES:
        return "literal"
    if name in SAFE_NAMES:
        return "safe"
    if secrecy(name) or "jwt" in name:
        return "credential"
    return "safe" if name.startswith(SAFE_PREFIXES) else "other"
