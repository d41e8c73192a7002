"""Conditions pick records by roles and fields; what is none is refused with its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.where import parse_where
from redactors.base import ConfigurationError

RECORD = {
    "EdgeResponseStatus": 404,
    "ClientRequestHost": "a.example",
    "Event": {"RayID": "8a", "Response": {"Status": 500}},
    "Tags": ["x", "y"],
    "Cached": False,
    "Ratio": 0.5,
    "status": "a field that a role hides",
}
ROLES = {"status": "EdgeResponseStatus", "host": {"field": "ClientRequestHost"}, "ray": ["RayID", "Event.RayID"]}

CASES = {
    "status >= 400": True,
    "status < 400": False,
    "status == 404 and host == 'x'": None,
    'status == 404 and host == "a.example"': True,
    'host in ["b.example", "a.example"]': True,
    'host in ["b.example"]': False,
    'not host == "a.example" or status == 404': True,
    'not (host == "a.example" or status == 404)': False,
    "status == 1 or status == 2 and status == 404": False,
    'ray == "8a"': True,
    "Event.Response.Status == 500": True,
    'Tags == "y"': True,
    'Tags != "y"': False,
    "Cached == false": True,
    "Cached == 0": False,
    "Ratio <= 0.5": True,
    "Missing == null": True,
    "Missing > 1": False,
    "Missing != 1": True,
    "host > 4": False,
    'host > "a"': True,
    "status": None,
    "status >=": None,
    "status = 4": None,
    "(status == 4": None,
    "status == 4)": None,
    "status == 4 status == 5": None,
    "": None,
    "not": None,
    "status in []": None,
    "status in [1": None,
    'host == "open': None,
}


@pytest.mark.parametrize(("text", "picked"), CASES.items(), ids=CASES.keys())
def test_a_condition_picks_as_it_reads_or_is_refused(text: str, picked: bool | None) -> None:
    if picked is None:
        with pytest.raises(ConfigurationError, match=r"wrong from character \d+ on; right would be"):
            parse_where(text)
    else:
        assert parse_where(text)(RECORD, ROLES) is picked


@given(st.text(alphabet='abz_.01 "\\()[],<>=!\n'))
def test_any_text_is_a_condition_or_refused(text: str) -> None:
    try:
        test = parse_where(text)
    except ConfigurationError:
        return
    assert test({}, {}) in (True, False)
    assert test(RECORD, ROLES) in (True, False)


def test_depth_is_bounded() -> None:
    with pytest.raises(ConfigurationError):
        parse_where("not " * 1000 + "a == 1")
    with pytest.raises(ConfigurationError):
        parse_where("(" * 1000 + "a == 1" + ")" * 1000)
