"""Cookies, as a map, a Cookie header or a Set-Cookie header: names stay, sessions can be followed, values go."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from redactors.base import Value
from redactors.marks import PLATFORM_MARK, Marker
from redactors.names import SESSION, secrecy
from redactors.planned import PlannedMaps, marked_name
from redactors.shapes import has_random_run
from redactors.straight import Redactor

Redact = Callable[[str], str]

_ATTRIBUTES = frozenset(
    {"path", "domain", "expires", "max-age", "samesite", "secure", "httponly", "partitioned", "priority"}
)
_PREFIXES = ("__Host-", "__Secure-")
_ODD_STARTS = f"[{PLATFORM_MARK[0]}= \t\r\n"
_USUAL = re.compile(r"[A-Za-z0-9./_-]{0,80}")
_EXPIRES = re.compile(r"[A-Za-z0-9 ,:+-]{0,40}")
_CACHE_SIZE = 4096
_CACHED_LENGTH = 128


class Cookies:
    """The redactor of the class `cookies` under one policy."""

    def __init__(self, keep: Collection[str], sessions: Collection[str], marker: Marker) -> None:
        """Take the names whose values stay, and names that are sessions beside those known by name."""
        self._marker = marker
        self._plain = marker.plain("cookie")
        self._kept, self._sessions = frozenset(keep), frozenset(sessions)
        self._by_rule: dict[str, Redact | None] = {
            "keep": str,
            "cookie": None,
            "session": marker.keyer("session"),
            "credential": marker.keyer("credential"),
        }
        self._marked_name = marked_name(self._plain)
        self._maps = PlannedMaps(self._redactor, self._safe_name, lambda _name: self._plain)
        self.map, self.plans = self._maps.scrub, self._maps.plans
        self._pairs: dict[str, tuple[str, Redact | None]] = {}
        self._tails: set[str] = set()

    def _safe_name(self, name: str) -> str:
        """Mark a name that looks random, or has a space in it: so a rule may know it, sign of equality and all."""
        return self._plain if len(name.split()) > 1 else self._marked_name(name)

    def header(self, text: str) -> str:
        """Redact the value of a Cookie header."""
        known, made = self._pairs.get, []
        parts = text.split("; ")
        if len(parts) <= text.count(";"):
            parts = [";".join(map(self._pair, part.split(";"))) for part in parts]
            return "; ".join(parts)
        for pair in parts:
            name, _, value = pair.partition("=")
            settled = known(name)
            if settled is None or not value or value[0] in _ODD_STARTS:
                made.append(self._pair(pair))
            else:
                safe, act = settled
                made.append(safe if act is None else safe + act(value))
        return "; ".join(made)

    def set_header(self, text: str) -> str:
        """Redact the value of a Set-Cookie header; attributes stay."""
        first, semicolon, rest = text.partition(";")
        return (
            f"{self._pair(first)};{rest if rest in self._tails else self._tail(rest)}"
            if semicolon
            else self._pair(first)
        )

    def _tail(self, text: str) -> str:
        """Redact what stands behind the first pair of a Set-Cookie header; remember it where nothing had to go."""
        safe = ";".join([part if self._is_attribute(part) else self._pair(part) for part in text.split(";")])
        if safe == text and len(text) <= _CACHED_LENGTH:
            if len(self._tails) >= _CACHE_SIZE:
                self._tails.clear()
            self._tails.add(text)
        return safe

    def sequence(self, cookies: list[Value]) -> list[Value]:
        """Redact a list of `name=value` texts, or of maps that hold a name and a value."""
        return [self._item(item) for item in cookies]

    def _item(self, item: Value) -> Value:
        if isinstance(item, str):
            return self.header(item)
        if not isinstance(item, dict):
            return None
        name = item.get("name", item.get("Name"))
        if not isinstance(name, str):
            made = dict(item)
            self.map(made)
            return made
        act = self._by_rule[self._rule(name)]
        return {
            key: self._value(act, value) if isinstance(value, str) and key.lower() == "value" else value
            for key, value in item.items()
        }

    def _pair(self, pair: str) -> str:
        """Redact `name=value`, or what stands in its place."""
        name, equals, value = pair.partition("=")
        if not equals or (value and not value.strip("=")):
            return pair if self._is_kept(pair) else self._plain
        safe, act = self._pairs.get(name) or self._learn(name)
        if not value or value[0] in _ODD_STARTS:
            return f"{self._safe_name(name)}={self._value(act, value)}"
        return safe if act is None else safe + act(value)

    def _learn(self, name: str) -> tuple[str, Redact | None]:
        """Settle the safe form of a pair: all of it, or what stands before the value and what is done to the value."""
        act = self._by_rule[self._rule(name.strip())]
        safe = f"{self._safe_name(name)}="
        learned = (safe, act) if act else (safe + self._plain, None)
        if len(name) <= _CACHED_LENGTH:
            if len(self._pairs) >= _CACHE_SIZE:
                self._pairs.clear()
            self._pairs[name] = learned
        return learned

    def _rule(self, name: str) -> str:
        """Return the rule that marks a cookie's value: keep, session, credential or cookie."""
        for prefix in _PREFIXES:
            name = name.removeprefix(prefix)
        if name in self._kept:
            return "keep"
        kind = SESSION if name in self._sessions else secrecy(name)
        return "session" if kind == SESSION else "credential" if kind else "cookie"

    def _value(self, act: Redact | None, value: str) -> str:
        return value if self._is_kept(value) else act(value) if act else self._plain

    def _is_kept(self, value: str) -> bool:
        """Tell whether a value is empty or a mark already."""
        if value and value[0] not in _ODD_STARTS:
            return False
        return not value or value.isspace() or value == PLATFORM_MARK or self._marker.stood(value)

    def _redactor(self, name: str) -> Redactor:
        act = self._by_rule[self._rule(name)]
        plain = self._plain

        def text(value: str) -> str:
            if value[0] in _ODD_STARTS:
                return self._value(act, value)
            return act(value) if act else plain

        def other(value: Value) -> tuple[Value, bool]:
            listed = isinstance(value, list)
            new = [self._value(act, each) if isinstance(each, str) else None for each in value] if listed else None
            return new, new != value

        return Redactor(text, other, usual=act or plain, odd_starts=_ODD_STARTS)

    def _is_attribute(self, part: str) -> bool:
        name, _, value = part.strip().partition("=")
        usual = _EXPIRES if name.lower() == "expires" else _USUAL
        return name.lower() in _ATTRIBUTES and not has_random_run(value) and usual.fullmatch(value) is not None
