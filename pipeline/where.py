"""The conditions that pick records for a sink: `status >= 400 and host in ["a.example", "b.example"]`. Pure."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from redactors.base import ConfigurationError, Record, Value

Test = Callable[[Record, Mapping[str, Any]], bool]
"""Asked with a safe record and the roles of its dataset."""

_TOKEN = re.compile(
    r'\s*(?:(?P<op>==|!=|<=|>=|<|>|\(|\)|\[|\]|,)|(?P<text>"(?:[^"\\]|\\.)*")|(?P<number>-?[0-9]+(?:\.[0-9]+)?)'
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_.-]*))"
)
_ORDER: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_WORDS: Final = {"true": True, "false": False, "null": None}
_MOST_DEEP: Final = 32
_RIGHT: Final = 'right would be a condition such as: status >= 400 and not (host == "a.example")'


def parse_where(text: str) -> Test:
    """Read a condition. A name is a role of the dataset, or else a field; one inside another is `Event.RayID`.

    Raises:
        ConfigurationError: it is none; says where.

    >>> test = parse_where('status >= 400 and Host in ["a.example"]')
    >>> test({"Status": 404, "Host": "a.example"}, {"status": "Status"})
    True
    """
    parser = _Parser(_tokens(text))
    test = parser.either(0)
    if parser.at < len(parser.tokens):
        raise _wrong(parser.tokens[parser.at][2])
    return test


def value_of(record: Record, name: str, roles: Mapping[str, Any]) -> Value:
    """Return what a record has under a role or a field; None where it has nothing."""
    role = roles.get(name, name)
    role = role.get("field", name) if isinstance(role, dict) else role
    fields = role if isinstance(role, list) else [role]
    return next((found for field in fields if (found := _inside(record, str(field))) is not None), None)


def _inside(record: Record, path: str) -> Value:
    if path in record:
        return record[path]
    value: Value = record
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


_Token = tuple[str, str, int]


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise _wrong(at)
        tokens.append((found.lastgroup, found[found.lastgroup], found.start(found.lastgroup)))
        at = found.end()
    return tokens


def _wrong(at: int) -> ConfigurationError:
    return ConfigurationError(f"wrong from character {at + 1} on; {_RIGHT}")


@dataclass(slots=True)
class _Parser:
    tokens: list[_Token]
    at: int = 0

    def either(self, depth: int) -> Test:
        """Read conditions joined by `or`."""
        tests = [self._all(depth)]
        while self._is_word("or"):
            tests.append(self._all(depth))
        return tests[0] if len(tests) == 1 else lambda record, roles: any(test(record, roles) for test in tests)

    def _all(self, depth: int) -> Test:
        tests = [self._one(depth)]
        while self._is_word("and"):
            tests.append(self._one(depth))
        return tests[0] if len(tests) == 1 else lambda record, roles: all(test(record, roles) for test in tests)

    def _one(self, depth: int) -> Test:
        if depth > _MOST_DEEP:
            raise _wrong(self._place())
        if self._is_word("not"):
            inner = self._one(depth + 1)
            return lambda record, roles: not inner(record, roles)
        if self._is("op", "("):
            inner = self.either(depth + 1)
            self._expect(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Test:
        name = self._take("name")
        if self._is_word("in"):
            self._expect("[")
            choices = [self._literal()]
            while self._is("op", ","):
                choices.append(self._literal())
            self._expect("]")
            return lambda record, roles: any(_equal(value_of(record, name, roles), each) for each in choices)
        sign, wanted = self._take("op"), None
        if sign not in ("==", "!=", *_ORDER):
            raise _wrong(self.tokens[self.at - 1][2])
        wanted = self._literal()
        if sign in _ORDER:
            compare = _ORDER[sign]
            return lambda record, roles: _ordered(compare, value_of(record, name, roles), wanted)
        return lambda record, roles: _equal(value_of(record, name, roles), wanted) == (sign == "==")

    def _literal(self) -> Value:
        kind, text, place = self.tokens[self.at] if self.at < len(self.tokens) else ("", "", self._place())
        self.at += 1
        if kind == "name" and text in _WORDS:
            return _WORDS[text]
        if kind not in ("text", "number"):
            raise _wrong(place)
        try:
            return orjson.loads(text)
        except ValueError:
            raise _wrong(place) from None

    def _take(self, kind: str) -> str:
        if self.at >= len(self.tokens) or self.tokens[self.at][0] != kind:
            raise _wrong(self._place())
        self.at += 1
        return self.tokens[self.at - 1][1]

    def _expect(self, sign: str) -> None:
        if not self._is("op", sign):
            raise _wrong(self._place())

    def _is_word(self, word: str) -> bool:
        return self._is("name", word)

    def _is(self, kind: str, text: str) -> bool:
        found = self.at < len(self.tokens) and self.tokens[self.at][:2] == (kind, text)
        self.at += found
        return found

    def _place(self) -> int:
        return self.tokens[self.at][2] if self.at < len(self.tokens) else self.tokens[-1][2] + 1 if self.tokens else 0


def _equal(value: Value, wanted: Value) -> bool:
    if isinstance(value, list):
        return any(_equal(each, wanted) for each in value)
    same_kind = isinstance(value, bool) == isinstance(wanted, bool)
    return same_kind and bool(value == wanted)


def _ordered(compare: Callable[[Any, Any], bool], value: Value, wanted: Value) -> bool:
    numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in (value, wanted))
    texts = isinstance(value, str) and isinstance(wanted, str)
    return (numbers or texts) and compare(value, wanted)
