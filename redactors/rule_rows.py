"""Secret rules as rows of data: read from TOML, compiled to an exact rule with both boundaries and its prefilter."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import re2

from redactors.base import ConfigurationError
from redactors.checks import CHECKS
from redactors.marks import CLASS_MARKS
from redactors.prefilter import derive

ALPHABETS: Mapping[str, str] = {
    "base32": "A-Z2-7",
    "base58": "1-9A-HJ-NP-Za-km-z",
    "base62": "0-9A-Za-z",
    "base64": "0-9A-Za-z+/",
    "base64url": "0-9A-Za-z_-",
    "digits": "0-9",
    "hex": "0-9a-f",
    "lower": "0-9a-z",
    "upper": "0-9A-Z",
    "word": "0-9A-Za-z_",
}
"""The inside of the character class that each alphabet's name stands for."""

RESERVED_IDS = frozenset(CLASS_MARKS) - {"email"}
"""Marks that field classes write; the rule for e-mail addresses shares its mark with the class."""

STATES = ("active", "shadow")
BOUNDARIES = ("open", "strict", "number", "strict-number", "left", "right", "none")
REPEAT_LIMIT = 1000
EXAMPLES = 2

# What may stand before a token beside a character of no alphabet: the last byte of a percent-encoding (any number of
# rounds) or of an escape in JSON, JavaScript or Python text ends in letters and digits that are not the token's.
# So do an escape that lost its backslash, and a sign of equality in quoted-printable.
_ESCAPES = r"%(?:25)*[0-9A-Fa-f]{2}|\\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[bfnrtv])|u00(?:2[267fF]|3[aAdDfF])|=3D"
# Numbers have no fixed text, so their prefilter is dear: their boundary must be one byte in JSON that is no hex digit.
_RARE_CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f"
_LEFT = {
    "open": rf"(?:^|[^0-9A-Za-z]|{_ESCAPES})",
    "left": rf"(?:^|[^0-9A-Za-z]|{_ESCAPES})",
    "strict": rf"(?:^|[^0-9A-Za-z_-]|{_ESCAPES})",
    "number": rf"(?:^|[^0-9A-Za-z{_RARE_CONTROLS}])",
    "strict-number": rf"(?:^|[^0-9A-Za-z_{_RARE_CONTROLS}-])",
    "right": "",
    "none": "",
}
_NAMED = "(?:^|[^0-9A-Za-z_-])[a-z]{2,12}[_-]"
"""A word that is joined to a token: `id_AKIA…`. A `_` or `-` alone also stands in the random text of others."""
_UNBOUND_RIGHT = frozenset({"left", "none"})
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_SEPARATORS = frozenset("_-.:/$=~")
_DISTINCTIVE = 4
_TOKEN_KEYS = frozenset({"prefix", "alphabet", "length", "suffix", "check"})
_ROW_KEYS = frozenset(
    {
        "id",
        "reference",
        "token",
        "pattern",
        "boundary",
        "check",
        "entropy",
        "allow",
        "state",
        "examples",
        "counter_examples",
    }
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One compiled secret rule."""

    number: int
    id: str
    family: str
    """The rule file's stem; `personal` for personal data."""
    state: str
    exact: str
    """RE2; group 1 is the secret, or the whole match where there is no group."""
    prefilter: str
    """Hyperscan; matches the serialised JSON of all that `exact` matches."""
    check: str | None = None
    entropy: float = 0.0
    """Least bits per character of the secret."""
    allow: tuple[str, ...] = ()
    """RE2 patterns; a value in which one of them is found is left alone."""


@dataclass(frozen=True, slots=True)
class Row:
    """A rule with what proves it."""

    rule: Rule
    reference: str
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]


def rule_files() -> dict[str, bytes]:
    """Return the packaged rule files: family to TOML bytes, by name order."""
    from importlib.resources import files  # noqa: PLC0415 (slow to load; a start with a warm cache reads no file)

    folder = files("redactors") / "rules"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return {name.removesuffix(".toml"): (folder / name).read_bytes() for name in names}


def parse_rows(name: str, text: bytes) -> tuple[Row, ...]:
    """Read the rule file of family `name`; rules are numbered from 0.

    Raises:
        ConfigurationError: naming file, rule, key and what would be right.

    """
    try:
        document = tomllib.loads(text.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"rules/{name}: not TOML ({type(error).__name__}); right would be [[rule]] tables in UTF-8"
        raise ConfigurationError(message) from None
    rows = document.get("rule")
    if set(document) != {"rule"} or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        message = f"rules/{name}: right would be [[rule]] tables and nothing else"
        raise ConfigurationError(message)
    parsed = tuple(_row(name, number, row) for number, row in enumerate(rows))
    refuse_twins(tuple(row.rule for row in parsed))
    return parsed


def refuse_twins(rules: tuple[Rule, ...]) -> None:
    """Raise ConfigurationError when two rules share an id."""
    seen: dict[str, str] = {}
    for rule in rules:
        if rule.id in seen:
            message = f"rules/{rule.family}: id {rule.id!r} is taken by rules/{seen[rule.id]}; right would be a new id"
            raise ConfigurationError(message)
        seen[rule.id] = rule.family


def compile_pattern(pattern: str) -> re2._Pattern:
    """Compile an RE2 pattern without a word on stderr.

    Raises:
        ConfigurationError: it is not RE2.

    """
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error:
        message = "pattern is not RE2; right would be no look-around and no back-reference"
        raise ConfigurationError(message) from None


def _row(name: str, number: int, row: dict[str, Any]) -> Row:
    """Compile one row; every error names the file and the rule."""
    try:
        return _compiled(name, number, row)
    except ConfigurationError as error:
        which = repr(row["id"]) if isinstance(row.get("id"), str) else f"number {number + 1}"
        message = f"rules/{name}: rule {which}: {error}"
        raise ConfigurationError(message) from None


def _compiled(name: str, number: int, row: dict[str, Any]) -> Row:
    _refuse_unknown(row, _ROW_KEYS)
    id_ = _string(row, "id")
    if not _ID.fullmatch(id_) or id_ in RESERVED_IDS:
        message = f"id: right would be lower-case words joined by '-', none of {', '.join(sorted(RESERVED_IDS))}"
        raise ConfigurationError(message)
    exact, check = _exact(row)
    if check is not None and check not in CHECKS:
        message = f"check: unknown; right would be one of {', '.join(CHECKS)}"
        raise ConfigurationError(message)
    allow = _strings(row, "allow", least=0)
    if any(compile_pattern(pattern).groups > 1 for pattern in (exact, *allow)):
        message = "pattern: right would be one group, the secret, and (?:…) for the rest"
        raise ConfigurationError(message)
    state, entropy = _choice(row, "state", STATES, "active"), _number(row, "entropy")
    rule = Rule(number, id_, name, state, exact, derive(exact), check, entropy, allow)
    examples, counter_examples = (_strings(row, key, least=EXAMPLES) for key in ("examples", "counter_examples"))
    return Row(rule, _string(row, "reference"), examples, counter_examples)


def _exact(row: dict[str, Any]) -> tuple[str, str | None]:
    """Return the exact rule of a row, and its check."""
    if ("token" in row) == ("pattern" in row):
        message = "right would be either token or pattern"
        raise ConfigurationError(message)
    if "pattern" in row:
        pattern = _string(row, "pattern")
        boundary = _choice(row, "boundary", BOUNDARIES, "open")
        secret = pattern if compile_pattern(pattern).groups else f"({pattern})"
        right = "" if boundary in _UNBOUND_RIGHT else _right("_-" if boundary.startswith("strict") else "")
        return f"{_LEFT[boundary]}(?:{secret}){right}", row.get("check")
    token = row["token"]
    if not isinstance(token, dict):
        message = "token: right would be a table"
        raise ConfigurationError(message)
    _refuse_unknown(token, _TOKEN_KEYS)
    return _token(token, row), token.get("check", row.get("check"))


def _token(token: dict[str, Any], row: dict[str, Any]) -> str:
    r"""Build the exact rule of prefix, alphabet and length.

    A distinctive prefix ("open") may follow a `_` or `-`, and a longer run than the vendor's length is taken whole;
    a short one ("strict") must stand alone, or behind a word, and have the very length.
    """
    prefixes = _strings(token, "prefix", least=1)
    letters = _alphabet(token)
    least, most = _length(token)
    suffix = re.escape(_string(token, "suffix")) if "suffix" in token else ""
    distinctive = all(len(each) >= _DISTINCTIVE and _SEPARATORS & set(each) for each in prefixes)
    boundary = _choice(row, "boundary", BOUNDARIES, "open" if distinctive else "strict")
    stretches = boundary == "open" and not suffix
    count = f"{{{least},}}" if stretches else f"{{{least},{most}}}" if most > least else f"{{{least}}}"
    secret = f"(?:{'|'.join(re.escape(each) for each in prefixes)})[{letters}]{count}{suffix}"
    left = f"(?:{_LEFT[boundary]}|{_NAMED})" if boundary == "strict" else _LEFT[boundary]
    return f"{left}({secret}){'' if stretches else _right(letters)}"


def _right(letters: str) -> str:
    """Return the boundary after a token: the end, or no letter, digit or joining character of its alphabet.

    `/`, `.` and `=` bar nothing, even in the alphabet: a token may be followed by the rest of a path or sentence.
    """
    joins = "".join(each for each in ("+", "_") if each in letters) + ("-" if letters.endswith("-") else "")
    return f"(?:[^0-9A-Za-z{joins}]|$)"


def _alphabet(token: dict[str, Any]) -> str:
    name = _string(token, "alphabet")
    if name in ALPHABETS:
        return ALPHABETS[name]
    if not (name.startswith("[") and name.endswith("]") and len(name) > len("[]")) or name[1] == "^":
        message = f"token.alphabet: unknown; right would be one of {', '.join(ALPHABETS)}, or a class such as [a-z.]"
        raise ConfigurationError(message)
    return name[1:-1]


def _length(token: dict[str, Any]) -> tuple[int, int]:
    length = token.get("length")
    least, most = length if isinstance(length, list) and len(length) == len(("least", "most")) else (length, length)
    if type(least) is int and type(most) is int and 1 <= least <= most <= REPEAT_LIMIT:
        return least, most
    message = f"token.length: right would be a number, or [least, most], up to {REPEAT_LIMIT}"
    raise ConfigurationError(message)


def _refuse_unknown(table: dict[str, Any], known: frozenset[str]) -> None:
    unknown = sorted(table.keys() - known)
    if unknown:
        message = f"{unknown[0]}: unknown key; right would be one of {', '.join(sorted(known))}"
        raise ConfigurationError(message)


def _string(table: dict[str, Any], key: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        message = f"{key}: right would be a string that is not empty"
        raise ConfigurationError(message)
    return value


def _strings(table: dict[str, Any], key: str, least: int) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or len(value) < least or not all(isinstance(each, str) and each for each in value):
        message = f"{key}: right would be a list of at least {least} strings, none empty"
        raise ConfigurationError(message)
    return tuple(value)


def _choice(table: dict[str, Any], key: str, words: tuple[str, ...], default: str) -> str:
    value = table.get(key, default)
    if value not in words:
        message = f"{key}: right would be one of {', '.join(words)}"
        raise ConfigurationError(message)
    return str(value)


def _number(table: dict[str, Any], key: str) -> float:
    value = table.get(key, 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        message = f"{key}: right would be a number of bits, 0 or more"
        raise ConfigurationError(message)
    return float(value)
