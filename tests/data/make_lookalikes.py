"""Make detectors/lookalikes.toml from Unicode's table of confusable characters.

The table is read from the JSON that the package confusable-homoglyphs ships (MIT; data of Unicode, UTS 39):

    pip download --no-deps confusable-homoglyphs==3.3.1 && unzip confusable_homoglyphs-3.3.1-*.whl
    python -m tests.data.make_lookalikes confusable_homoglyphs/confusables.json > detectors/lookalikes.toml
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

_MARKS = "\u200e\u200f"
"""Put around right-to-left characters, so that lists show in order."""
_IN_NAMES = frozenset({"Ll", "Lm", "Lo", "Lu", "Mc", "Mn", "Nd", "Nl"})
_ASCII_NAME = re.compile(r"[a-z0-9-]+")
_HEAD = """\
# What looks like a letter or digit of a host name, the letter first. Made by tests/data/make_lookalikes.py.
# [unicode] is an extract of confusables.txt, Unicode Technical Standard 39; Copyright © Unicode, Inc., Unicode License
# v3, https://www.unicode.org/license.txt. It holds what can stand in a host after IDNA mapping. [more] is our own eye.
"""

_MORE: Final[Mapping[str, str]] = {
    "b": "\u0432\u044c\u03b2",  # Cyrillic ve, soft sign; Greek beta
    "d": "\u0111",  # Latin with a stroke: strokes do not decompose as accents do
    "e": "\u0454\u03b5",  # Cyrillic ie; Greek epsilon
    "f": "\u0493",
    "h": "\u043d\u0127",  # Cyrillic en
    "k": "\u043a\u03ba\u0138",  # Cyrillic ka, Greek kappa, Latin kra
    "l": "\u0142i",  # a capital I in a host is an i, and drawn as l
    "n": "\u043f\u03b7\u014b",  # Cyrillic pe, Greek eta, Latin eng
    "o": "\u00f8",
    "p": "\u00fe",
    "r": "\u0491",
    "rn": "\u043c",  # Cyrillic em: m is rn in Unicode's table
    "t": "\u0442\u03c4\u0167",  # Cyrillic te, Greek tau
    "w": "\u0448\u0449\u03c9",  # Cyrillic sha, shcha; Greek omega
    "x": "\u03c7",
}


def lookalikes(table: Mapping[str, Iterable[Mapping[str, str]]]) -> dict[str, str]:
    """Return the characters of host names that look like others, by what they look like.

    The table lists both ways: a character that is no prototype has one entry, its prototype.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for written, entries in table.items():
        character = written.strip(_MARKS)
        targets = {entry["c"].strip(_MARKS).lower() for entry in entries}
        if len(targets) == 1 and _stays(character) and _ASCII_NAME.fullmatch(target := targets.pop()):
            found[target].add(character)
    return {target: "".join(sorted(found[target])) for target in sorted(found)}


def _stays(character: str) -> bool:
    """Tell whether IDNA mapping leaves a character in a name."""
    if character.isascii():
        return character in "01m"  # the three of ASCII that Unicode lists, as o, l and rn
    mapped = unicodedata.normalize("NFKC", character).casefold()
    return len(character) == 1 and mapped == character and unicodedata.category(character) in _IN_NAMES


def render(rows: Mapping[str, str]) -> str:
    """Return a table of TOML in ASCII: right-to-left letters would show in the wrong order."""
    return "\n".join(f'{target} = "{"".join(map(_escaped, letters))}"' for target, letters in rows.items())


def _escaped(character: str) -> str:
    return character if character.isascii() else f"\\U{ord(character):08X}"


if __name__ == "__main__":
    rows = lookalikes(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    sys.stdout.write(f"{_HEAD}\n[unicode]\n{render(rows)}\n\n[more]\n{render(_MORE)}\n")
