"""What goes to a sink: by dataset, zone, condition and share; the same each time, under the same id."""

from __future__ import annotations

from dataclasses import replace

import orjson

from pipeline.packing import pack
from pipeline.routing import Route
from pipeline.spool_entries import Entry, Piece
from pipeline.where import parse_where
from redactors.datasets import load_catalogue

CATALOGUE = load_catalogue()
LINES = [
    b'{"RayID":"%016x","EdgeResponseStatus":%d,"JA4Signals":{"a":18446744073709551617},"N":1}\n'
    % (at, 200 + at % 2 * 300)
    for at in range(1000)
]


def _entry(lines: list[bytes], dataset: str = "http_requests", zone: str = "a.example") -> Entry:
    said = {"dataset": dataset, "zone": zone, "records": len(lines), "first": 5, "last": 9}
    return Entry("origin", {"policy": "p"}, (Piece(said, pack(b"".join(lines))),), (), 1)


def _bodies(route: Route, entry: Entry) -> list[bytes]:
    return [each.body for each in route.deliveries([entry], CATALOGUE)]


def test_without_choices_all_goes_as_it_is() -> None:
    (found,) = Route("files:out").deliveries([_entry(LINES)], CATALOGUE)
    assert found.body == b"".join(LINES)
    assert (found.origin, found.dataset, found.zone, found.records) == ("origin", "http_requests", "a.example", 1000)
    assert (found.first, found.last, found.policy) == (5, 9, "p")


def test_datasets_and_zones_choose() -> None:
    route = Route("s", datasets=frozenset({"dns_logs"}))
    assert not _bodies(route, _entry(LINES))
    assert _bodies(route, _entry(LINES, "dns_logs"))
    assert not _bodies(Route("s", zones=frozenset({"b.example"})), _entry(LINES))


def test_a_condition_picks_and_a_share_of_the_rest_comes_with_it() -> None:
    where = parse_where("status >= 400")
    (picked,) = _bodies(Route("s", where=where), _entry(LINES))
    assert picked == b"".join(LINES[1::2])
    (sampled,) = _bodies(Route("s", where=where, sample=0.1), _entry(LINES))
    rest = set(sampled.splitlines()) - set(picked.splitlines())
    assert 25 < len(rest) < 80


def test_a_share_is_of_the_same_requests_each_time_in_every_log_and_grows() -> None:
    (tenth,) = _bodies(Route("s", sample=0.1), _entry(LINES))
    (again,) = _bodies(Route("t", sample=0.1), _entry(LINES))
    (half,) = _bodies(Route("s", sample=0.5), _entry(LINES))
    assert tenth == again
    assert set(tenth.splitlines()) < set(half.splitlines())
    assert 50 < tenth.count(b"\n") < 150


def test_fields_are_left_out_and_what_stays_is_equal() -> None:
    (found,) = _bodies(Route("s", drop_fields=frozenset({"N"})), _entry(LINES[:2]))
    assert found == b"".join(LINES[:2]).replace(b',"N":1', b"")
    (found,) = _bodies(Route("s", drop_fields=frozenset({"JA4Signals", "Unknown"})), _entry(LINES[:1]))
    assert orjson.loads(found) == {"RayID": "0" * 16, "EdgeResponseStatus": 200, "N": 1}


def test_a_batch_of_which_nothing_is_left_is_no_delivery() -> None:
    assert not _bodies(Route("s", where=parse_where("status == 1")), _entry(LINES))


def test_ids_are_stable_and_differ_by_origin_dataset_sink_and_piece() -> None:
    entry = _entry(LINES[:1])
    twice = replace(entry, pieces=entry.pieces * 2)
    others = (_entry(LINES[:1], "dns_logs"), replace(entry, origin="other"), twice)
    ids = [each.id for other in (entry, *others) for each in Route("s").deliveries([other], CATALOGUE)]
    ids += [each.id for each in Route("t").deliveries([entry], CATALOGUE)]
    assert len(set(ids)) == len(ids) - 1
    assert [each.id for each in Route("s").deliveries([entry], CATALOGUE)] == ids[:1]
