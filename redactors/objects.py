"""Objects of any shape: every value by the name it stands under and by what it is, to any depth."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container, Iterable, Mapping
from functools import lru_cache

import orjson

from redactors.base import Value
from redactors.cookies import Cookies
from redactors.credentials import SCHEME
from redactors.headers import Headers
from redactors.names import CREDENTIAL, PIN, class_of_name, secrecy
from redactors.planned import PlannedMaps, safe_forms, unique
from redactors.shapes import has_random_run, is_plain, shape_of
from redactors.straight import Redactor, Scrub, change

Redact = Callable[[str], str]

_WIDE_NUMBER = b"0" * 19
"""An integer of so many digits may be beyond 64 bits, which the fast parser does not keep."""

_PAIR_NAMES = frozenset("name key k field header id type attribute param parameter path".split())
_VALUE_NAMES = frozenset("value values val v".split())
_MOST_IN_PAIR = 8
_MOST_ROUNDS = 4
_RAY = re.compile(r"[0-9a-f]{16}(?:-[A-Z]{3})?|")
_NAME = re.compile(r"[\w.-]{1,64}")
_LONGEST_LABEL = 40
_MOST_MARKS = 64
_REST = "[token]"
"""What stands for the strings of a list behind so many that were marked."""
_LONGEST_PLAIN_NAME = 24
_LONGEST_NAME = 256
"""A longer name with anything to mark in it becomes one mark."""
_CACHE_SIZE = 4096
_CACHED_LENGTH = 128
_NO_PLANS: Mapping[tuple[str, ...], Scrub] = {}


class Objects:
    """The redactor of the classes `object` and `unknown`."""

    def __init__(
        self,
        by_class: Mapping[str, Redact],
        clean: Container[str],
        cookies: Cookies,
        headers: Headers,
        secrets: Mapping[str, Redact],
        mark_hits: Redact,
        place: Callable[[Value], tuple[Value, bool]],
        mark_document: Callable[[bytes], bytes],
    ) -> None:
        """Take what is done to strings by class and kind of secret, to a name, a place as a number, a document.

        `clean` are texts that were met before and hide nothing.
        """
        self._by_class = by_class
        self._own: Mapping[str, Redact] = {"query": self._query, "ray": self._ray}
        self._clean = clean
        self._shapes: Mapping[str, Scrub] = {"headers": headers.map, "cookies": cookies.map}
        self._sequence = headers.sequence
        self._secrets = secrets
        self._mark_hits = mark_hits
        self._place = place
        self._mark_document = mark_document
        self._by_kind: dict[str, Redactor] = {}
        """By kind of secret or field class, of which there are few."""
        self._made: dict[str, Redactor] = {}
        self._plans = PlannedMaps(self.under, self.safe_name, secrets[CREDENTIAL], self.pair)
        self._any = self.under("")

    def under(self, name: str) -> Redactor:
        """Return what is done to the values under one name."""
        made = self._made.get(name)
        if made is None:
            kind = secrecy(name) if name else ""
            told = kind or (class_of_name(name) if name else "text")
            made = self._by_kind.get(told)
            if made is None:
                made = self._by_kind[told] = self.secret(kind) if kind else self._plain(told)
            if len(name) <= _CACHED_LENGTH:
                if len(self._made) >= _CACHE_SIZE:
                    self._made.clear()
                self._made[name] = made
        return made

    def secret(self, kind: str) -> Redactor:
        """Return what marks every string, however deep; numbers only where the kind is of numbers."""
        act = self._secrets[kind]

        def other(value: Value) -> tuple[Value, bool]:
            if isinstance(value, str):
                new = act(value)
                return new, new != value
            if isinstance(value, dict):
                safe = self.safe_names(value)
                changes = [(safe[name], name, *other(inner)) for name, inner in value.items()]
                changed = any(each or new != name for new, name, _, each in changes)
                return unique((new, inner) for new, _, inner, _ in changes), changed
            if isinstance(value, list):
                pairs = [other(inner) for inner in value]
                return [inner for inner, _ in pairs], any(each for _, each in pairs)
            return (None, value is not None) if kind == PIN and not isinstance(value, bool) else (value, False)

        return Redactor(act, other, keeps_numbers=kind != PIN)

    def json_text(self, text: str) -> str | None:
        """Redact a text that is a JSON object or list; None if it is none, the text itself if it hides nothing."""
        try:
            document = orjson.loads(text)
            if not isinstance(document, dict | list):
                return None
            exact = _WIDE_NUMBER in shape_of(text)
            read, write = (json.loads, _write_exactly) if exact else (orjson.loads, orjson.dumps)
            # Known formats first, in the strings themselves: around them a later look would see their escapes.
            plain = write(read(text)) if "\\" in text else text.encode()
            marked = self._mark_document(plain)
            hit = marked is not plain
            if hit or exact:
                document = read(marked)
            # An object nearly always, which takes the shortest way.
            is_map = isinstance(document, dict)
            changed = self._plans.scrub(document) > 0 if is_map else change(self._any, document)[1]
        except ValueError:
            return None
        return write(document).decode() if hit or changed else text

    def safe_name(self, name: str) -> str:
        """Return a name, marked where it is a secret itself."""
        if len(name) <= _LONGEST_PLAIN_NAME and name.replace("_", "").isalpha():
            return name
        for _ in range(_MOST_ROUNDS):
            clean = name.replace("_", "").replace("-", "").isalnum() and not has_random_run(name)
            safe = self._mark_hits(name if clean else self._by_class["text"](name))
            if safe == name:
                break
            if len(name) > _LONGEST_NAME:
                return self._secrets[CREDENTIAL](name)
            name = safe
        return name

    def safe_names(self, names: Iterable[str]) -> dict[str, str]:
        """Return the safe form of each name of a map."""
        return safe_forms(names, self.safe_name, self._secrets[CREDENTIAL])

    def _plain(self, field_class: str) -> Redactor:
        """Return what is done where the name tells a field class, or text."""
        act = self._own[field_class] if field_class in self._own else self._by_class[field_class]
        clean = self._clean if act is self._by_class["text"] else frozenset[str]()
        of_map = self._shapes.get(field_class, self._plans.scrub)
        plans = _NO_PLANS if field_class in self._shapes else self._plans.plans

        def of_list(value: list[Value]) -> int:
            changed = 0
            told, last = "", len(value) - 1
            for at, inner in enumerate(value):
                if inner.__class__ is str:
                    if told and _is_secret(inner, alone=last == 1 or value[at - 1] != told):
                        value[at], secret_changed = change(self.under(self.safe_name(told)), inner)
                        changed += secret_changed
                        told = ""
                        continue
                    told = telling_name(inner) if at < last and len(inner) <= _LONGEST_LABEL else ""
                    if inner not in clean:
                        new = act(inner) if changed < _MOST_MARKS else _REST
                        if new != inner:
                            value[at] = new
                            changed += 1
                elif inner.__class__ is dict:
                    plan = plans.get(tuple(inner))
                    changed += of_map(inner) if plan is None else plan(inner)
                elif inner.__class__ is list:
                    changed += of_list(inner)
            return changed

        def other(value: Value) -> tuple[Value, bool]:
            if field_class != "headers" or not isinstance(value, list):
                return value, False
            new = self._sequence(value)
            return new, new != value

        items = None if field_class == "headers" else of_list
        if field_class == "geo":
            return Redactor(act, self._place, of_map, items)
        return Redactor(act, other, of_map, items, keeps_numbers=True, clean=clean, plans=plans)

    def _query(self, value: str) -> str:
        """Redact what stands under a name for queries: of SQL, GraphQL or people if it has spaces, else of a URL."""
        return self._by_class["text" if " " in value.strip() and value[:1] != "?" else "query"](value)

    def _ray(self, value: str) -> str:
        """Redact what stands under a name for rays: an id of digits only is no number of a card."""
        return value if _RAY.fullmatch(value) else self._by_class["text"](value)

    def pair(self, names: tuple[str, ...]) -> Scrub | None:
        """Return a scrubber for maps that hold a name and a value, `{"name": "password", "value": …}`; else None."""
        name = next((each for each in names if each.lower() in _PAIR_NAMES), None)
        value = next((each for each in names if each.lower() in _VALUE_NAMES), None)
        if name is None or value is None or len(names) > _MOST_IN_PAIR:
            return None

        def scrub(record: dict[str, Value]) -> int:
            told = record[name]
            by = {value: self.under(self.safe_name(told))} if isinstance(told, str) else {}
            count = 0
            for each in names:
                record[each], changed = change(by.get(each) or self.under(each), record[each])
                count += changed
            return count

        return scrub


def _write_exactly(document: Value) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


@lru_cache(maxsize=_CACHE_SIZE)
def telling_name(text: str) -> str:
    """Return the name of a secret that a text is, or that a label such as `user token:` ends in; empty for none.

    >>> telling_name("x-api-key"), telling_name("got token:"), telling_name("got token")
    ('x-api-key', 'token', '')
    """
    name = text.rstrip(" :=").rpartition(" ")[2] if text.rstrip()[-1:] in (":", "=") else text
    return name if _NAME.fullmatch(name) and secrecy(name) else ""


def _is_secret(value: str, *, alone: bool) -> bool:
    """Tell whether what follows a telling name in a list is its value: in a longer list no word, no sentence."""
    scheme = SCHEME.match(value)
    bare = value[scheme.end() :] if scheme else value
    return alone or not (" " in bare or is_plain(bare))
