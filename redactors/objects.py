"""Objects of any shape: every value by the name it stands under and by what it is, to any depth."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import orjson

from redactors.base import Value
from redactors.cookies import Cookies
from redactors.headers import Headers
from redactors.names import PIN, class_of_name, secrecy
from redactors.planned import PlannedMaps, unique
from redactors.shapes import has_random_run
from redactors.straight import Redactor

Redact = Callable[[str], str]

_PAIR_NAMES = ("name", "key", "field", "header")
_VALUE_NAMES = ("value", "Value", "VALUE")
_MOST_IN_PAIR = 4


class Objects:
    """The redactor of the classes `object` and `unknown`. `changed` counts the values it ever changed."""

    def __init__(
        self,
        by_class: Mapping[str, Redact],
        cookies: Cookies,
        headers: Headers,
        secrets: Mapping[str, Redact],
    ) -> None:
        """Take what is done to a string by its field class, and by the kind of secret its name tells of."""
        self.changed = 0
        self._by_class = by_class
        self._maps = {"headers": headers.map, "cookies": cookies.map}
        self._headers = headers
        self._secrets = secrets
        self._plans = PlannedMaps(self._redactor, self.safe_name)

    def value(self, value: Value, name: str = "") -> Value:
        """Return the value made safe; containers are changed in place."""
        kind = secrecy(name) if name else ""
        if kind:
            return self.secret(value, kind)
        field_class = class_of_name(name) if name else "text"
        if isinstance(value, str):
            return self._counted(value, self._by_class[field_class](value))
        if isinstance(value, dict):
            self.changed += self._maps.get(field_class, self._map)(value)
        elif isinstance(value, list):
            return self._list(value, name, field_class)
        return value

    def report(self, value: Value, name: str = "") -> tuple[Value, bool]:
        """Return the value made safe, and whether anything in it changed."""
        before = self.changed
        safe = self.value(value, name)
        return safe, self.changed != before

    def secret(self, value: Value, kind: str) -> Value:
        """Mark every string under a credential's name, however deep; numbers only where the name is of a number."""
        if isinstance(value, str):
            return self._counted(value, self._secrets[kind](value))
        if isinstance(value, dict):
            for key, inner in value.items():
                value[key] = self.secret(inner, kind)
            return value
        if isinstance(value, list):
            value[:] = [self.secret(inner, kind) for inner in value]
            return value
        return self._counted(value, None) if kind == PIN and not isinstance(value, bool) else value

    def json_text(self, text: str) -> str:
        """Redact a text that is a JSON document; anything else, and one with nothing to hide, is returned as it was."""
        try:
            document = orjson.loads(text)
        except orjson.JSONDecodeError:
            return text
        if not isinstance(document, dict | list):
            return text
        document, changed = self.report(document)
        return orjson.dumps(document).decode() if changed else text

    def safe_name(self, name: str) -> str:
        """Return a name, marked where it is a secret itself."""
        clean = name.replace("_", "").replace("-", "").isalnum() and not has_random_run(name)
        return name if clean else self._by_class["text"](name)

    def _map(self, value: dict[str, Value]) -> int:
        if len(value) > _MOST_IN_PAIR or not any(name in value for name in _VALUE_NAMES):
            return self._plans.scrub(value)
        before = self.changed
        pair = _pair_name(value)
        safe = [(self._counted(key, self.safe_name(key)), inner) for key, inner in value.items()]
        pairs = [(key, self.value(inner, (pair or key) if key in _VALUE_NAMES else key)) for key, inner in safe]
        value.clear()
        value.update(unique(pairs))
        counted, self.changed = self.changed - before, before
        return counted

    def _redactor(self, name: str) -> Redactor:
        """Return what is done to the values under one name of an object."""
        kind = secrecy(name)
        act = self._secrets[kind] if kind else self._by_class[class_of_name(name)]
        return Redactor(act, lambda value: self.report(value, name), keeps_numbers=kind != PIN)

    def _list(self, value: list[Value], name: str, field_class: str) -> Value:
        if field_class == "headers":
            return self._counted(value, self._headers.sequence(value))
        for at, inner in enumerate(value):
            if inner.__class__ is str or inner.__class__ is dict or inner.__class__ is list:
                value[at] = self.value(inner, name)
        return value

    def _counted(self, old: Value, new: Value) -> Value:
        if new is not old and new != old:
            self.changed += 1
        return new


def _pair_name(value: dict[str, Value]) -> str:
    """Return the name in a map that holds a name and a value, such as `{"name": "password", "value": …}`."""
    for key, inner in value.items():
        if key.lower() in _PAIR_NAMES and isinstance(inner, str):
            return inner
    return ""
