"""The engine: what a batch says of its records, what is counted, and in which bytes the result leaves."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace

import pytest
from backports import zstd

from pipeline.base import Batch
from redactors.base import ConfigurationError, Tally
from redactors.policy import Policy
from tests.laws.stage import engine, lines, run
from tests.redactors.scrubbing import SHORT, mark

REQUEST = {"RayID": "7a1f7ad4df2f870a", "EdgeResponseStatus": 200, "ClientRequestURI": "/p?x=1"}
RAW = lines(REQUEST) * 3
SAFE = lines({**REQUEST, "ClientRequestURI": "/p"}) * 3
PACKED = {"none": RAW, "gzip": gzip.compress(RAW, mtime=0), "zstd": zstd.compress(RAW)}


UNPACK: dict[str, Callable[[bytes], bytes]] = {"none": bytes, "gzip": gzip.decompress, "zstd": zstd.decompress}


def body(raw: bytes, compression: str | None = None) -> bytes:
    """Return what a batch of these bytes becomes."""
    return b"".join(outcome.body for outcome in engine().process(Batch([raw], "test"), compression))


@pytest.mark.parametrize("compression", PACKED)
def test_the_compression_of_the_output_is_that_of_the_input(compression: str) -> None:
    assert UNPACK[compression](body(PACKED[compression])) == SAFE


@pytest.mark.parametrize("wanted", PACKED)
@pytest.mark.parametrize("given", PACKED)
def test_the_compression_of_the_output_can_be_chosen(given: str, wanted: str) -> None:
    made = body(PACKED[given], wanted)
    assert UNPACK[wanted](made) == SAFE
    assert body(PACKED[given], wanted) == made


def test_the_last_outcome_alone_says_so_and_holds_the_tally() -> None:
    *others, last = engine().process(Batch([RAW], "test"))
    assert last.last
    assert last.tally is not None
    assert not any(outcome.last or outcome.tally for outcome in others)


def test_records_are_counted_by_what_was_done_to_them() -> None:
    clean = {**REQUEST, "ClientRequestURI": "/p"}
    hidden = {**clean, "EdgeResponseContentType": "AKIAQYLPMN5HHHFPZAM2"}
    raw = lines(REQUEST, clean, hidden) + b"not json\n"
    result = run(raw)
    assert +result.tally.records == {
        ("http_requests", "redacted"): 2,
        ("http_requests", "clean"): 1,
        ("unknown", "dead"): 1,
    }
    assert +result.tally.redactions == {("http_requests", "url"): 1, ("http_requests", "cloud"): 1}
    assert result.tally.rule_hits == {("aws-access-key", "active"): 1}
    assert (result.tally.lines, result.tally.bytes_in, result.tally.bytes_out) == (4, len(raw), len(result.safe))
    assert result.tally.dead == {"not_json": 1}


def test_tallies_of_two_batches_merge_to_that_of_both() -> None:
    whole, merged = run(RAW + RAW).tally, Tally()
    for part in (RAW, RAW):
        merged.merge(run(part).tally)
    assert merged == whole


def test_counts_do_not_pass_from_one_batch_to_the_next() -> None:
    by = engine()
    assert run(RAW, by=by).tally == run(RAW, by=by).tally


def test_counts_of_a_batch_that_was_given_up_do_not_pass_to_the_next() -> None:
    by, hiding = engine(), lines({**REQUEST, "EdgeResponseContentType": "AKIAQYLPMN5HHHFPZAM2"})
    assert not next(by.process(Batch([hiding * 3000], "test"), "none")).last
    assert run(RAW, by=by).tally == run(RAW).tally


UNFIT = {"x": "token=hunter22x", "y": {"password": SHORT}, "z": [1, "/p?x=1"], "n": 2**64 - 1}


def test_records_that_no_dataset_fits_leave_only_where_the_user_says_generic() -> None:
    assert [letter.reason for letter in run(lines(UNFIT)).dead] == ["unrecognised"]
    result = run(lines(UNFIT), "generic")
    marked = mark("credential", SHORT)
    assert result.records == [{"x": f"token={marked}", "y": {"password": marked}, "z": [1, "/p"], "n": 2**64 - 1}]
    assert result.tally.unknown_fields["generic"] == 4


def test_a_dataset_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="http_requests"):
        run(RAW, "http_request")


def test_an_objects_path_tells_the_dataset_of_a_doubtful_record() -> None:
    record = {"RayID": "7a1f7ad4df2f870a", "ClientIP": "203.0.113.77", "Datetime": "2026-03-02T09:14:00Z"}
    for name in ("firewall_events", "http_requests"):
        batch = Batch([lines(record)], "test", path=f"raw/{name}/20260302/x.log.gz")
        tally = list(engine().process(batch))[-1].tally
        assert tally is not None
        assert {dataset for dataset, _ in +tally.records} == {name}


def test_the_zone_of_the_batch_is_the_tenant_where_records_do_not_say() -> None:
    record = lines({**REQUEST, "Cookies": {"sid": "abc"}})
    by = engine(replace(Policy(), scope="zone"))
    made = {
        zone: b"".join(outcome.body for outcome in by.process(Batch([record], "test", zone=zone)))
        for zone in ("a.example", "b.example", "")
    }
    assert len(set(made.values())) == 3
    assert b'"[session]"' in made[""]


def test_a_plan_outlives_a_block_and_a_batch_of_other_names_between() -> None:
    many = lines(*({**REQUEST, "n": number} for number in range(3000)))
    other = lines({**REQUEST, "Extra": f"token={SHORT}"})
    result = run(many + other + many)
    assert len(result.records) == 6001
    assert {record["ClientRequestURI"] for record in result.records} == {"/p"}
    assert SHORT.encode() not in result.safe
