"""Derive from an exact rule the cheap pattern that finds its candidates in serialised JSON."""

from __future__ import annotations

import warnings
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from redactors.base import ConfigurationError

Node = tuple[Any, Any]
"""One node of the parse tree: operator and argument."""

REPEAT_LIMIT = 40
"""Repeats with a higher maximum become unbounded: large counters cost the scanner much and sort out little."""

SHORTEST = 4
"""A rule that fewer characters satisfy would fire on every line."""

FIXED = 3
"""So many fixed characters are worth starting at."""

FEW = 8
"""A class of so few characters is as good as a fixed one."""

_FOLD_DIGITS = 1 << 30
"""Beside the flags of a pattern: every digit stands for all, as in a text whose digits were made 0."""
_ENDS = (parser.AT_END, parser.AT_END_STRING)
_STARTS = (parser.AT_BEGINNING, parser.AT_BEGINNING_STRING)
_WIDE = r"[\xc2-\xf4][\x80-\xbf]{1,3}"  # any one character beyond ASCII, as UTF-8
_FOLDED = {"k": r"\xe2\x84\xaa", "s": r"\xc5\xbf"}  # KELVIN SIGN and LONG S fold to ASCII letters
_SHORT_ESCAPES = {0x08: "b", 0x09: "t", 0x0A: "n", 0x0C: "f", 0x0D: "r"}
_QUOTE, _BACKSLASH = 0x22, 0x5C
_RARE = {
    ord("@"): FIXED,
    ord("~"): FIXED - 1,
    ord("+"): FIXED - 1,
    ord("("): FIXED - 1,
}  # of so few uses in edge logs that they count for more
_CONTROLS = frozenset(range(0x20))
_CONTINUATION = frozenset(range(0x80, 0xC0))  # the last byte of any character beyond ASCII
_ASCII = frozenset(range(128))
_DIGITS = frozenset(b"0123456789")
_WORD = _DIGITS | frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
_SPACE = frozenset(b"\t\n\v\f\r ")
_CATEGORIES = {
    parser.CATEGORY_DIGIT: _DIGITS,
    parser.CATEGORY_SPACE: _SPACE,
    parser.CATEGORY_WORD: _WORD,
    parser.CATEGORY_NOT_DIGIT: _ASCII - _DIGITS,
    parser.CATEGORY_NOT_SPACE: _ASCII - _SPACE,
    parser.CATEGORY_NOT_WORD: _ASCII - _WORD,
}
_NEGATIVE = frozenset({parser.CATEGORY_NOT_DIGIT, parser.CATEGORY_NOT_SPACE, parser.CATEGORY_NOT_WORD})


def derive(exact: str, *, shape: bool = False) -> str:
    r"""Return a Hyperscan pattern that matches the JSON form of every string that `exact` matches.

    The pattern reads bytes as orjson writes them: `"`, `\` and control characters escaped, the rest UTF-8. It is
    wider than the rule where that is cheaper: it starts at the first fixed text, word boundaries are left out (but `^`
    and `$` are the quotes around the string), repeats at both ends are cut to their minimum, long counts are left open.
    Without any fixed text the end stays as it is: then the boundary behind it is what keeps the rule quiet.
    With `shape` the pattern reads the text with every digit made 0.

    Raises:
        ConfigurationError: the rule has a construct that both engines do not read alike, or nothing fixed in it.

    """
    tree = _parse(exact)
    flags = tree.state.flags | (_FOLD_DIGITS if shape else 0)
    pattern = _sequence(list(tree), flags, head=True, tail=_longest(list(tree)) > 0)
    if tree.getwidth()[0] < SHORTEST:
        message = f"pattern is satisfied by fewer than {SHORTEST} characters; right would be one with a fixed part"
        raise ConfigurationError(message)
    return pattern


def fixed_text(exact: str) -> int:
    """Return the length of the longest fixed text in a rule, which says how the scanner will look for it."""
    return _longest(list(_parse(exact)))


def _parse(exact: str) -> Any:  # noqa: ANN401 - the parse tree of the standard library has no public type
    for unlike in ("[[:", "{,", "(?P=", "(?#"):
        if unlike in exact:
            message = f"pattern holds {unlike!r}, which the engines read differently; right would be to spell it out"
            raise ConfigurationError(message)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            return parser.parse(exact)
    except (parser.error, OverflowError, RecursionError) as error:
        message = f"pattern cannot be read ({type(error).__name__}); right would be RE2 syntax without \\p, \\Q or \\z"
        raise ConfigurationError(message) from None


def _sequence(nodes: list[Node], flags: int, *, head: bool, tail: bool) -> str:
    """Translate a sequence; an end that is an edge of the whole pattern is cut to what cannot be left out."""
    first, last = _start(nodes) if head else 0, len(nodes)
    front = back = ""
    while tail and last > first and not back:
        last -= 1
        back = _edge(nodes[last], flags, head=head and last == first, tail=True)
    while head and first < last and not front:
        front = _edge(nodes[first], flags, head=True, tail=False)
        first += 1
    return front + "".join(_node(node, flags) for node in nodes[first:last]) + back


def _start(nodes: list[Node]) -> int:
    """Return where a pattern may start: at its first fixed text, for which the scanner looks fastest, or at 0.

    One character before it that is of a class is kept: it costs nothing and keeps our own marks from being suspects.
    """
    for place, (operator, argument) in enumerate(nodes):
        inside = operator is parser.SUBPATTERN and _start(list(argument[-1])) > 0
        if inside or _fixed(nodes[place:]) >= FIXED:
            return place - 1 if place and nodes[place - 1][0] is parser.IN else place
    return 0


def _longest(nodes: list[Node]) -> int:
    found = [_fixed(nodes[place:]) for place in range(len(nodes))]
    found += [_longest(list(argument[-1])) for operator, argument in nodes if operator is parser.SUBPATTERN]
    return max(found, default=0)


def _fixed(nodes: list[Node]) -> int:
    """Count the fixed characters that every match of a sequence starts with, at least."""
    count = 0
    for operator, argument in nodes:
        if operator is parser.LITERAL:
            count += _RARE.get(argument, 1)
        elif operator is parser.IN and all(item is parser.LITERAL for item, _ in argument) and len(argument) <= FEW:
            count += 1
        elif operator is parser.SUBPATTERN:
            return count + _fixed(list(argument[-1]))
        elif operator is parser.BRANCH:
            return count + min(_fixed(list(branch)) for branch in argument[1])
        else:
            break
    return count


def _edge(node: Node, flags: int, *, head: bool, tail: bool) -> str:
    """Translate a node at an edge of the pattern; the empty string when it may be left out."""
    operator, argument = node
    if operator in (parser.MAX_REPEAT, parser.MIN_REPEAT):
        least, _, body = argument
        return _repeated_edge(least, list(body), flags, head=head, tail=tail) if least else ""
    if operator is parser.SUBPATTERN:
        _, added, removed, body = argument
        flags, branches = (flags | added) & ~removed, [body]
    elif operator is parser.BRANCH:
        branches = argument[1]
    elif operator is parser.AT and tail:
        return ""
    else:
        opens = head and operator is parser.AT and argument in _STARTS and not flags & parser.SRE_FLAG_MULTILINE
        return '"' if opens else _characters(node, flags, first=True) if head and _single(node) else _node(node, flags)
    inner = [_sequence(list(branch), flags, head=head, tail=tail) for branch in branches]
    return f"(?:{'|'.join(inner)})" if all(inner) else ""


def _repeated_edge(least: int, body: list[Node], flags: int, *, head: bool, tail: bool) -> str:
    if least == 1:
        return _sequence(body, flags, head=head, tail=tail)
    if tail and not head and not _single(body[0]):
        return _repeat(least - 1, least - 1, body, flags) + _sequence(body, flags, head=False, tail=True)
    return _repeat(least, least, body, flags)


def _node(node: Node, flags: int) -> str:
    operator, argument = node
    if operator is parser.AT:
        return '"' if argument in _ENDS and not flags & parser.SRE_FLAG_MULTILINE else ""
    if operator in (parser.MAX_REPEAT, parser.MIN_REPEAT):
        least, most, body = argument
        return _repeat(least, most, body, flags)
    if operator is parser.SUBPATTERN:
        _, added, removed, body = argument
        return f"(?:{_sequence(list(body), (flags | added) & ~removed, head=False, tail=False)})"
    if operator is parser.BRANCH:
        return f"(?:{'|'.join(_sequence(list(each), flags, head=False, tail=False) for each in argument[1])})"
    return _characters(node, flags)


def _repeat(least: int, most: Any, body: Any, flags: int) -> str:  # noqa: ANN401 - `most` may be the parser's infinity
    inner = _sequence(list(body), flags, head=False, tail=False)
    if most is parser.MAXREPEAT or most > REPEAT_LIMIT:
        count = f"{{{least},}}" if least != most else f"{{{least}}}"
    else:
        count = f"{{{least},{most}}}" if least != most else f"{{{least}}}"
    return f"(?:{inner}){count}" if inner else ""


def _single(node: Node) -> bool:
    return node[0] in (parser.LITERAL, parser.NOT_LITERAL, parser.ANY, parser.IN)


def _characters(node: Node, flags: int, *, first: bool = False) -> str:
    """Translate what stands for one character; of the first one in the pattern its last byte may be enough."""
    members, wide = _members_of(node)
    if flags & _FOLD_DIGITS and members & _DIGITS:
        members |= {ord("0")}
    fold = bool(flags & parser.SRE_FLAG_IGNORECASE) and node[0] in (parser.LITERAL, parser.IN)
    return _one_of(members, wide, fold=fold and not _is_negated(node), first=first)


def _is_negated(node: Node) -> bool:
    operator, argument = node
    return operator is parser.IN and argument[0][0] is parser.NEGATE


def _members_of(node: Node) -> tuple[frozenset[int], bool]:
    """Return the ASCII characters that a node for one character stands for, and whether it stands for others."""
    operator, argument = node
    if operator is parser.LITERAL:
        return _members([node])
    if operator is parser.NOT_LITERAL:
        return _ASCII - {argument}, True
    if operator is parser.ANY:
        return _ASCII, True
    if operator is parser.IN:
        return (_ASCII - _members(argument[1:])[0], True) if _is_negated(node) else _members(argument)
    message = f"pattern holds {str(operator).lower()}, which is not linear; right would be RE2 syntax"
    raise ConfigurationError(message)


def _members(items: list[Node]) -> tuple[frozenset[int], bool]:
    """Return the ASCII members of a class, and whether it has others."""
    members: set[int] = set()
    wide = False
    for operator, argument in items:
        if operator is parser.CATEGORY:
            members |= _CATEGORIES[argument]
            wide = wide or argument in _NEGATIVE
        else:
            low, high = argument if operator is parser.RANGE else (argument, argument)
            members.update(range(low, min(high, 127) + 1))
            wide = wide or high > max(_ASCII)
    return frozenset(members), wide


def _one_of(members: frozenset[int], wide: bool, *, fold: bool, first: bool) -> str:  # noqa: FBT001 - a pair from `_members`
    """Write a class of characters as the bytes that they become in JSON."""
    extra: list[str] = []
    if fold:
        letters = {chr(each).lower() for each in members}
        members = members | {ord(case) for each in letters if each.isalpha() for case in (each, each.upper())}
        extra = [_FOLDED[each] for each in sorted(letters & _FOLDED.keys())]
    specials = members & {_QUOTE, _BACKSLASH}
    plain = members - specials - _CONTROLS
    if first:
        ends = {ord(_SHORT_ESCAPES[each]) for each in members & _SHORT_ESCAPES.keys()}
        plain |= specials | ends | (_CONTINUATION if wide else frozenset())
        members, specials, wide = members - _SHORT_ESCAPES.keys(), frozenset(), False
    escapes = "".join(_SHORT_ESCAPES[each] for each in sorted(members & _SHORT_ESCAPES.keys()))
    escapes += '"' * (_QUOTE in specials) + r"\\" * (_BACKSLASH in specials)
    forms = [_class(sorted(plain))] if plain else []
    forms += [rf"\\[{escapes}]"] if escapes else []
    forms += [r"\\u00[01][0-9a-f]"] if members & _CONTROLS - _SHORT_ESCAPES.keys() else []
    forms += [_WIDE] if wide else extra
    return forms[0] if len(forms) == 1 and plain else f"(?:{'|'.join(forms)})"


def _class(members: list[int]) -> str:
    if len(members) == 1:
        return _byte(members[0])
    ranges: list[list[int]] = []
    for each in members:
        if ranges and each == ranges[-1][1] + 1:
            ranges[-1][1] = each
        else:
            ranges.append([each, each])
    inner = "".join(_byte(low) if low == high else f"{_byte(low)}-{_byte(high)}" for low, high in ranges)
    return f"[{inner}]"


def _byte(value: int) -> str:
    character = chr(value)
    return character if character.isascii() and character.isalnum() else f"\\x{value:02x}"
