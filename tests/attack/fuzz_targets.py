"""What must hold of any input: nothing raises, nothing planted in a sensitive place comes out, and twice is once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.laws.stage import run

LONGEST = 2000
_CANARY = "k3jd82hf7aq1zz"
_REQUEST = {"RayID": "7a1f7ad4df2f870a", "EdgeResponseStatus": 200, "ClientRequestHost": "www.shop.example"}


def _prove(fields: dict[str, Any], *, planted: bool) -> None:
    """Assert what holds of any request; where a canary was planted, that it is gone."""
    once = run(json.dumps(_REQUEST | fields).encode() + b"\n", "http_requests")
    assert not once.dead, once.dead[0].reason
    assert not planted or _CANARY.encode() not in once.safe, "the canary came out"
    assert run(once.safe, "http_requests").safe == once.safe, "twice is not once"


def _text_of(data: bytes) -> str:
    return data.decode("utf-8", "replace")[:LONGEST]


def fuzz_url(data: bytes) -> None:
    """Read the bytes as a part of URLs and paths."""
    text = _text_of(data)
    urls = {"ClientRequestURI": f"/{text}?x={_CANARY}", "ClientRequestReferer": f"https://h.example/{text}#{_CANARY}"}
    _prove(urls, planted=True)
    _prove({"ClientRequestReferer": text, "ClientRequestPath": text}, planted=False)


def fuzz_headers(data: bytes) -> None:
    """Read the bytes as values, names and texts of headers."""
    text = _text_of(data)
    secret = {"x-shop": f"{text}{_CANARY}", "cookie": f"a={_CANARY}; {text}", "authorization": _CANARY}
    _prove({"RequestHeaders": secret}, planted=True)
    _prove({"RequestHeaders": {text[:20]: text, "via": text, "link": text, "set-cookie": text}}, planted=False)


def fuzz_text(data: bytes) -> None:
    """Read the bytes as free text, as names and as values of objects."""
    text = _text_of(data)
    _prove({"WAFMatchedVar": f"token={_CANARY} {text}", "ShopExtra": {"password": f"{text}{_CANARY}"}}, planted=True)
    _prove({"WAFMatchedVar": text, "ShopExtra": {text: [text]}}, planted=False)


def fuzz_codec(data: bytes) -> None:
    """Read the bytes as they are: cut in any two pieces they come out the same."""
    cut = data[0] if data else 0
    whole, parted = run(data, "http_requests"), run([data[:cut], data[cut:]], "http_requests")
    assert whole.safe == parted.safe, "the pieces made a difference"
    assert [letter.reason for letter in whole.dead] == [letter.reason for letter in parted.dead]


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "url": fuzz_url,
    "headers": fuzz_headers,
    "text": fuzz_text,
    "codec": fuzz_codec,
}
