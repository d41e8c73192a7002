"""Records of ten thousand bytes that are dear by what they hold many of: names, objects, texts, secrets. THE table."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Make = Callable[[random.Random], dict[str, Any]]

_SMALL = "abcdefghijklmnopqrstuvwxyz"
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_BASE62 = _SMALL + _SMALL.upper() + "0123456789"


def _word(chance: random.Random, size: int = 7) -> str:
    return "".join(chance.choices(_SMALL, k=size))


def _token(chance: random.Random, size: int = 24) -> str:
    return "".join(chance.choices(_BASE62, k=size))


def _aws(chance: random.Random) -> str:
    return "AKIA" + "".join(chance.choices(_BASE32, k=16))


def _email(chance: random.Random) -> str:
    return f"{_word(chance)}@mail.example"


def _phone(chance: random.Random) -> str:
    return f"+49 151 {chance.randrange(10**8):08}"


def _number(chance: random.Random) -> str:
    return str(chance.randrange(10**15, 10**16))


def _spaced(each: Callable[[random.Random], str], count: int) -> Make:
    return lambda chance: {"WAFMatchedVar": " ".join(each(chance) for _ in range(count))}


def _segments(each: Callable[[random.Random], str], count: int, start: str = "") -> Make:
    return lambda chance: {"ClientRequestPath": start + "".join(f"/{each(chance)}" for _ in range(count))}


def _listed(each: Callable[[random.Random], Any], count: int) -> Make:
    return lambda chance: {"ShopExtra": [each(chance) for _ in range(count)]}


def _mapped(name: Callable[[random.Random], str], value: Any, count: int) -> Callable[[random.Random], dict[str, Any]]:  # noqa: ANN401 - JSON
    return lambda chance: {name(chance): value for _ in range(count)}


def _under(field: str, make: Make) -> Make:
    return lambda chance: {field: make(chance)}


def _nested(layers: int, cut: int | None) -> Make:
    """Return JSON in JSON in JSON, as logs cut it off."""

    def make(chance: random.Random) -> dict[str, Any]:
        text = json.dumps({_word(chance): _word(chance) for _ in range(200)})
        for _ in range(layers):
            text = json.dumps({"message": text, "note": "a word " * 6})
        return {"WAFMatchedVar": text[:cut]}

    return make


KINDS: Mapping[str, Make] = {
    "new names of fields": _mapped(_word, 1, 800),
    "new fields with texts": _mapped(_word, "a text", 500),
    "new fields with secrets": _mapped(_word, "token=x", 450),
    "new names in an object": _under("ShopExtra", _mapped(_word, 1, 800)),
    "names of secrets": _under("ShopExtra", _mapped(lambda chance: f"{_word(chance)}_token", "abc", 400)),
    "random names": _under("ShopExtra", _mapped(_token, 1, 350)),
    "addresses as names": _under("ShopExtra", _mapped(_email, 1, 400)),
    "keys as names": _under("ShopExtra", _mapped(_aws, 1, 400)),
    "names under a secret": _under("ShopExtra", lambda chance: {"password": _mapped(_word, "abc", 500)(chance)}),
    "objects of one new name": _listed(_mapped(_word, 1, 1), 700),
    "objects of one new name and a text": _listed(_mapped(_word, "a text", 1), 450),
    "short texts": _listed(lambda chance: f"{_word(chance)} {_word(chance, 3)}", 700),
    "short pairs": _listed(lambda chance: f"{_word(chance)}: {_word(chance, 3)}", 650),
    "short addresses": _listed(_email, 450),
    "records in a record": lambda chance: {
        "Subrequests": [{"ClientRequestURI": "/a", "EdgeResponseStatus": 200, _word(chance): 1} for _ in range(150)]
    },
    "new headers": _under("RequestHeaders", _mapped(lambda chance: f"x-{_word(chance)}", "a", 550)),
    "new safe headers": _under("RequestHeaders", _mapped(lambda chance: f"accept-{_word(chance)}", "a: b", 400)),
    "random headers": _under("RequestHeaders", _mapped(_token, "a", 300)),
    "new cookies": _under("Cookies", _mapped(_word, "abc", 600)),
    "a header of new cookies": lambda chance: {
        "RequestHeaders": {"cookie": "; ".join(f"{_word(chance)}={_word(chance, 3)}" for _ in range(750))}
    },
    "a chain of proxies": lambda chance: {
        "RequestHeaders": {"x-forwarded-for": ", ".join(f"203.0.113.{chance.randrange(256)}" for _ in range(650))}
    },
    "JSON of three layers": _nested(3, None),
    "JSON of three layers, cut off": _nested(3, 9000),
    "JSON of five layers, cut off": _nested(5, 9000),
    "JSON of new names": lambda chance: {"WAFMatchedVar": json.dumps(_mapped(_word, 1, 700)(chance))},
    "many documents": _spaced(lambda chance: json.dumps({_word(chance): 1}), 600),
    "segments of words": _segments(_word, 1200),
    "segments of letters and digits": _segments(lambda chance: _token(chance, 12), 750),
    "segments with a space": _segments(lambda chance: f"{_word(chance, 4)}%20{_word(chance, 2)}", 1000),
    "segments behind a word": _segments(lambda chance: _token(chance, 8), 1000, "/reset"),
    "phones as segments": _segments(lambda chance: _phone(chance).replace(" ", ""), 650),
    "phones": _spaced(_phone, 600),
    "numbers": _spaced(_number, 600),
    "addresses": _spaced(_email, 500),
    "random tokens": _spaced(_token, 400),
    "keys": _spaced(_aws, 450),
    "links": _spaced(lambda chance: f"https://{_word(chance)}.example/{_word(chance)}?a={_word(chance)}", 250),
    "pairs": _spaced(lambda chance: f"{_word(chance)}={_word(chance)}", 650),
    "pairs of secrets": _spaced(lambda chance: f"{_word(chance)}_token={_word(chance)}", 450),
    "keys in a safe field": lambda chance: {"EdgeResponseContentType": " ".join(_aws(chance) for _ in range(450))},
    "keys in a safe list": lambda chance: {"BotTags": [_aws(chance) for _ in range(400)]},
    "new fields in each of many records": _mapped(_word, "abc", 1),
}


def dense_records(kind: str) -> Iterator[dict[str, Any]]:
    """Return records of a kind, each with other words: about ten thousand bytes in all, or several times as many."""
    chance = random.Random(kind)  # noqa: S311 - made-up words
    make = KINDS[kind]
    for _ in range(40 if kind == "new fields in each of many records" else 2):
        yield make(chance)
