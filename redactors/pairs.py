"""Names and values in text: what follows a credential's name is marked, however it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from redactors.addresses import looks_like_address
from redactors.credentials import SCHEME
from redactors.density import Change, splice
from redactors.marks import MARK, Marker
from redactors.named import may_stand_apart, named_values
from redactors.names import PIN, secrecy, told_by
from redactors.shapes import INTEGRITY, is_plain
from redactors.values import QUOTE, Span, value_after

_SIGN = r"\\{0,8}[\"']?\]?\s{0,16}(?:[=-]>|:=|\+=|={1,3}|[:%s])\s{0,16}"
_LOOSE = r"\\{0,8}[\"'],\s{0,4}(?=[bBuU]?\\{0,8}[\"'])|\(\s{0,4}(?=[bBuU]?\\{0,8}[\"'`])|\s{1,4}(?=')|\t{1,4}(?=\S)"
"""What parts a name from a value in a list, a call, SQL: `"password", "x1"`, `setPassword("x1")`, `PASSWORD 'x1'`."""
# A name is looked for at its first character only, and its repeat is possessive: so a long run costs linear time.
_NAME = re.compile(rf"(?<![A-Za-z0-9_.\-\[\]%$])([A-Za-z0-9_.\-\[\]%$]{{1,80}}+)({_SIGN % ''}|{_LOOSE})")
_WIDE_SIGNS = "\uff1d\uff1a\ufe66\u2236"
_WIDE = r"\w.\-\[\]%$\u0300-\u036f\u200b-\u200d\u2060\u00ad"
_WIDE_NAME = re.compile(rf"(?<![{_WIDE}])([{_WIDE}]{{1,80}}+)({_SIGN % _WIDE_SIGNS}|{_LOOSE})")
_ADDRESS = re.compile(r"[0-9A-Fa-f.:]{2,45}")
_NOTHING = frozenset(
    "true false null none undefined nil - * *** redacted required ok yes no on off enabled disabled valid invalid "
    "expired missing failed success string str text bool boolean int integer number any".split()
)
_SIGNS_OF_CODE = " {[(,;:|<>"
_SHORT_NUMBER = 3
"""Digits of a number that is a count rather than a credential: `pass=3`."""
_ELEMENT = re.compile(
    r"<([A-Za-z_][\w:.-]{0,60})(?:\s[^<>]{0,300})?>(?:[ \t]{0,8}\r?\n\s{0,16})?(?:<!\[CDATA\[)?"
    r"([^\s<>](?:(?!\]\]>)[^<>])*)"
)
_FLAG_VALUE = r"\s{1,8}(?!--?[A-Za-z])(?:\"([^\"]*)\"|'([^']*)'|([^\s\"']+))"
_FLAG = re.compile(rf"(?<!\S)--?([A-Za-z][A-Za-z0-9_-]{{1,40}}){_FLAG_VALUE}")
_WIDE_FLAG = re.compile(rf"(?<!\S)[-\u2010-\u2015]{{1,2}}([^\W\d_][{_WIDE}]{{1,40}}){_FLAG_VALUE}")

_SCHEME_SIGNS = ("earer", "EARER", "asic", "ASIC", "pop", "POP")
"""Searches for fixed text take an eighth of the time of one expression."""
_PARAMETERS = (
    "(?:expires(?:_in|_at)?|scope|realm|error(?:_description|_uri)?|algs|nonce|state|charset|resource_metadata)"
)
"""What may stand behind the name of a scheme and is no token."""
_AFTER_SCHEME = re.compile(
    r"(?i)((?:[=:]|%3d|%3a)\s{0,4}[\"']?(?:bearer|basic|dpop)(?:\s|\+|%20){1,4})"
    rf"(?!{_PARAMETERS}=)([^\s\"'<>&,;]+)"
)


class Pairs:
    """Marks the values of telling names in text."""

    def __init__(self, marker: Marker, address: Callable[[str], str], allowed: Callable[[str], bool]) -> None:
        """Take what is done to an address, and what tells that a value may stay."""
        self._marker = marker
        self._rest = marker.plain("token")
        self._address = address
        self._allowed = allowed

    def redact(self, text: str) -> str:
        """Mark the value in `key=value`, `key: value` or `"key":"value"`, however quoted, even where it is cut off."""
        if any(sign in text for sign in _SCHEME_SIGNS):
            text = splice(text, self._after_schemes(text), self._rest)
        if "<" in text and ">" in text:
            text = splice(text, self._flagged(_ELEMENT, text), self._rest)
        wide = not text.isascii()
        if wide or " -" in text or text[:1] == "-":
            text = splice(text, self._flagged(_WIDE_FLAG if wide else _FLAG, text), self._rest)
        if may_stand_apart(text):
            text = splice(text, self._apart(text), self._rest)
        return splice(text, self._named(text), self._rest)

    def _named(self, text: str) -> Iterator[Change]:
        """Return the values that follow their names."""
        done = 0
        for found in (_NAME if text.isascii() else _WIDE_NAME).finditer(text):
            told = told_by(found[1])
            if not told or found.start() < done:
                continue
            start, end = _address_after(text, found) if told == "ip" else self._secret_after(text, found, told)
            if start < end:
                done = end
                value = text[start:end]
                yield start, end, self._address(value) if told == "ip" else self._mark(value)

    def _secret_after(self, text: str, name: re.Match[str], kind: str) -> Span:
        """Return where the value after the name of a secret stands; an empty span where it may stay."""
        if name[1][:3] == "sha" and INTEGRITY.match(text, name.start()):
            return 0, 0
        start, end = value_after(text, name)
        value = text[start:end]
        loose = name[2].isspace() or name[2].lstrip("\\\"'")[:1] in (",", "(")
        few = kind != PIN and len(value) <= _SHORT_NUMBER and value.isdigit()
        stays = few or (loose and (" " in value or is_plain(value))) or self._may_stay(value)
        return (0, 0) if stays else (start, end)

    def _apart(self, text: str) -> Iterator[Change]:
        """Return the values that stand apart from their names."""
        for start, end in named_values(text):
            if not self._may_stay(text[start:end]):
                yield start, end, self._mark(text[start:end])

    def _flagged(self, shape: re.Pattern[str], text: str) -> Iterator[Change]:
        """Return the values of `<password>abc</password>` and `--password abc`: the last group of a shape."""
        for found in shape.finditer(text):
            start, end = found.span(found.lastindex or 0)
            if secrecy(found[1]) and not self._may_stay(text[start:end]):
                yield start, end, self._mark(text[start:end])

    def _after_schemes(self, text: str) -> Iterator[Change]:
        """Return the token behind a scheme that is itself a value: `=Bearer abc`, as in URLs that nobody encoded."""
        for found in _AFTER_SCHEME.finditer(text):
            if not self._is_nothing(found[2]):
                yield *found.span(2), self._mark(found[2])

    def _mark(self, value: str) -> str:
        return self._marker.keyed("credential", value)

    def _may_stay(self, value: str) -> bool:
        return self._is_nothing(value) or self._allowed(value)

    def _is_nothing(self, value: str) -> bool:
        """Tell whether a value needs no mark: empty, a word for nothing, an opening bracket, or a mark already."""
        scheme = SCHEME.match(value)
        if scheme:
            value = value[scheme.end() :]
        mark = MARK.match(value)
        if mark and self._marker.is_ours(mark):
            return not any(letter.isalnum() for letter in value[mark.end() :])
        return not value.strip(_SIGNS_OF_CODE) or value.lower() in _NOTHING


def _address_after(text: str, name: re.Match[str]) -> Span:
    """Return where the address after its name stands; an empty span where there is none."""
    quote = QUOTE.match(text, name.end())
    found = _ADDRESS.match(text, quote.end() if quote else name.end())
    return found.span() if found and looks_like_address(found[0]) else (0, 0)
