"""The table of look-alikes: what can stand in a host and looks like a plain letter, under that letter."""

from __future__ import annotations

from tests.data.make_lookalikes import lookalikes, render

TABLE = {
    "\u0430": [{"c": "a", "n": "LATIN SMALL LETTER A"}],
    "a": [{"c": "\u0430", "n": "CYRILLIC SMALL LETTER A"}, {"c": "\uff41", "n": "FULLWIDTH LATIN SMALL LETTER A"}],
    "\uff41": [{"c": "a", "n": "LATIN SMALL LETTER A"}],  # mapped by IDNA: never in a host
    "\u0410": [{"c": "A", "n": "LATIN CAPITAL LETTER A"}],  # capital: mapped too
    "\u13aa": [{"c": "A", "n": "LATIN CAPITAL LETTER A"}],  # capital, but what IDNA keeps
    "\u200e\u05d5\u200e": [{"c": "l", "n": "LATIN SMALL LETTER L"}],
    "0": [{"c": "O", "n": "LATIN CAPITAL LETTER O"}],
    "$": [{"c": "s", "n": "LATIN SMALL LETTER S"}],
    "\u00e6": [{"c": "ae", "n": "LATIN SMALL LETTER A, LATIN SMALL LETTER E"}],
    "\u2044": [{"c": "/", "n": "SOLIDUS"}],
}


def test_a_letter_that_stays_in_a_host_is_listed_under_what_it_looks_like() -> None:
    assert lookalikes(TABLE) == {"a": "\u0430\u13aa", "ae": "\u00e6", "l": "\u05d5", "o": "0"}


def test_the_table_is_written_in_plain_letters() -> None:
    assert render({"l": "1\u05d5", "o": "0"}) == 'l = "1\\U000005D5"\no = "0"'
