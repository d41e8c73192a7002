"""Look-alikes: the skeleton of a host name, equal for names that look equal (after Unicode Technical Standard 39)."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import lru_cache
from importlib.resources import files

_ACE = re.compile(r"(?<![^.])xn--([a-z0-9-]+)")


def skeleton(name: str) -> str:
    """Return what a canonical host name looks like: the same text for all names that look the same.

    Punycode is decoded, accents fall, each letter becomes the one that it looks like. A skeleton is for comparing
    only: no host has it as its name.

    >>> skeleton("xn--80ak6aa92e.com") == skeleton("apple.com"), skeleton("paypa1.com"), skeleton("rnicrosoft.com")
    (True, 'paypal.corn', 'rnlcrosoft.corn')
    """
    letters = _ACE.sub(_decoded, name)
    if not letters.isascii():
        decomposed = unicodedata.normalize("NFD", letters)
        letters = "".join(letter for letter in decomposed if unicodedata.category(letter) != "Mn")
    return letters.translate(_table())


def _decoded(found: re.Match[str]) -> str:
    """Decode one label; what does not decode looks like what it is."""
    try:
        return found[1].encode().decode("punycode")
    except UnicodeError:
        return found[0]


@lru_cache(1)
def _table() -> dict[int, str]:
    """Return what each letter looks like, once for all."""
    tables = tomllib.loads((files("detectors") / "lookalikes.toml").read_text(encoding="utf-8"))
    rows = [*tables["unicode"].items(), *tables["more"].items()]
    alike = {ord(letter): target for target, letters in rows for letter in letters}
    plain = {letter: target for letter, target in alike.items() if letter < 128}  # noqa: PLR2004 - ASCII
    return {letter: target.translate(plain) for letter, target in alike.items()}
