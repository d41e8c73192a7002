"""Traffic is what a log job would leave: the same by its seed, recognised, delivered in order, late, and twice."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime
from itertools import pairwise

import pytest

from pipeline.simulator.base import DAY, HOUR, RECORDS_PER_ZONE_DAY, SECOND, Scenario
from pipeline.simulator.casting import cast
from pipeline.simulator.incidents import INCIDENTS
from pipeline.simulator.owner import configuration
from pipeline.simulator.simulation import Simulation
from pipeline.simulator.world import build_world
from redactors.datasets import load_catalogue
from tests.simulator.logs import EVENING, Logs, evening, run

CATALOGUE = load_catalogue()
KEY = re.compile(
    r"(?P<dataset>.+)/(?P<owner>[^/]+)/(\d{8})/(?P<start>\3T\d{6}Z)_(?P<end>\d{8}T\d{6}Z)_[0-9a-f]{8}\.log"
)


@pytest.fixture(scope="module")
def logs() -> Logs:
    """Return the logs of a few zones in which all kinds of things happen."""
    return run(evening(seed=3, zones=8, scale=0.2))


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    first, again, other = (
        [(each.key, each.delivered, each.body) for each in Simulation(evening(seed)).objects()] for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_labels_are_the_same_by_the_seed() -> None:
    assert run(evening(7)).labels == run(evening(7)).labels


def test_there_is_as_much_as_was_asked_for() -> None:
    scenario = Scenario(seed=4, start=EVENING, length=3 * DAY, zones=6, scale=0.05, incidents=(), benign=())
    records = sum(each.records for each in Simulation(scenario).objects())
    assert records == pytest.approx(RECORDS_PER_ZONE_DAY * 6 * 3 * 0.05, rel=0.2)


def test_nights_are_quieter_than_evenings() -> None:
    scenario = Scenario(seed=4, start=EVENING, length=2 * DAY, zones=1, scale=0.2, incidents=(), benign=())
    hours = Counter(each["EdgeStartTimestamp"] // SECOND % DAY // HOUR for each in run(scenario).of("http_requests"))
    assert max(hours.values()) > 2 * min(hours.values())


def test_zones_differ_in_size() -> None:
    sizes = sorted(zone.size for zone in build_world(Scenario(1, EVENING, DAY, zones=20)).zones)
    assert sizes[-1] > 8 * sizes[0]
    assert sum(sizes) == pytest.approx(20)


def test_every_record_is_recognised(logs: Logs) -> None:
    assert logs.records.keys() >= {
        "http_requests",
        "firewall_events",
        "workers_trace_events",
        "audit_logs",
        "audit_logs_v2",
        "backend/requests",
        "backend/egress",
    }
    for name, records in logs.records.items():
        for shape in {tuple(each) for each in records}:
            found = CATALOGUE.recognise(shape)
            assert found is not None
            if name in CATALOGUE.names():
                assert found.name == name
                assert set(shape) <= found.fields.keys()


def test_requests_have_as_many_fields_as_a_real_job_asks_for(logs: Logs) -> None:
    assert all(60 <= len(each) <= 100 for each in logs.of("http_requests"))


def test_every_record_has_its_time_in_its_zone_or_account(logs: Logs) -> None:
    start, end = logs.scenario.start, logs.scenario.start + logs.scenario.length
    for name, records in logs.records.items():
        time = CATALOGUE[name].time if name in CATALOGUE.names() else "time"
        for each in records:
            assert start - 5 <= _second(each[time]) < end + 5


def test_objects_are_named_and_ordered_as_log_jobs_do_it(logs: Logs) -> None:
    for each in logs.objects:
        found = KEY.fullmatch(each.key)
        assert found
        assert (found["dataset"], found["owner"]) == (each.dataset, each.owner)
        start, end = (datetime.fromisoformat(found[side]).timestamp() for side in ("start", "end"))
        assert logs.scenario.start <= start < end <= logs.scenario.start + logs.scenario.length
        assert each.delivered >= end
        assert each.body.count(b"\n") == each.records > 0
    assert all(one.delivered <= other.delivered for one, other in pairwise(logs.objects))
    assert len({each.key for each in logs.objects}) == len(logs.objects)


def test_some_objects_overtake_others_some_come_twice_and_some_records_are_late(logs: Logs) -> None:
    bodies = Counter(each.body for each in logs.objects)
    assert 0 < sum(count > 1 for count in bodies.values()) < len(bodies) / 20
    starts = [each.key.rpartition("/")[2][:16] for each in logs.objects if each.dataset == "http_requests"]
    assert starts != sorted(starts)
    late = 0
    for each in logs.objects:
        if each.dataset == "http_requests":
            begun = datetime.fromisoformat(each.key.rpartition("/")[2][:16]).timestamp()
            moments = re.findall(rb'"EdgeStartTimestamp":(\d+)', each.body)
            late += sum(int(moment) < begun * SECOND for moment in moments)
    assert 0.01 < late / len(logs.of("http_requests")) < 0.06


def test_calls_stand_beside_or_inside_the_request_that_caused_them(logs: Logs) -> None:
    inside = [zone.name for zone in logs.world.zones if zone.merged]
    for request, parent in logs.requests():
        if request["ClientRequestSource"] == "edgeWorkerFetch":
            assert parent
            assert parent["WorkerScriptName"] == request["WorkerScriptName"]
            assert (request["ZoneName"] in inside) == ("Subrequests" in parent)
        elif request["ClientRequestSource"] == "eyeball":
            assert request["ParentRayID"] == "00"
            assert ("Subrequests" in request) == (request["ZoneName"] in inside)


def test_backends_see_the_calls_that_the_edge_made(logs: Logs) -> None:
    made = {request["RayID"] for request, _ in logs.requests()}
    seen = [each["ray_id"] for each in logs.of("backend/requests")]
    assert sum(ray in made for ray in seen) > 0.9 * len(seen)


def test_a_quarter_of_the_zones_stays_calm() -> None:
    scenario = Scenario(seed=9, start=EVENING, length=DAY, zones=20)
    roles = cast(scenario, build_world(scenario))
    incidents = {role.zone.name for role in roles if role.case.difficulty}
    benign = {role.zone.name for role in roles if not role.case.difficulty}
    assert len(incidents) == 10
    assert len(benign) <= 5
    assert not incidents & benign
    assert {role.case.kind for role in roles if role.case.difficulty} == {case.kind for case in INCIDENTS}


def test_history_lies_before_the_start_and_is_thinner() -> None:
    scenario = evening(seed=2, incidents=(), benign=(), scale=0.2, history=6 * HOUR, history_scale=0.5)
    simulation = Simulation(scenario)
    history, own = list(simulation.history()), list(simulation.objects())
    assert all(each.key.rpartition("/")[2][17:33] <= "20260301T200000Z" for each in history)
    assert 0.2 < sum(each.records for each in history) / sum(each.records for each in own) < 0.9
    assert not {each.body for each in history} & {each.body for each in own}


def test_what_happens_can_be_had_before_it_is_written() -> None:
    scenario = evening(seed=2, incidents=("I2",), benign=())
    happened = [x for _, _, zones in Simulation(scenario).exchanges() for _, made in zones for x in made if x.logged]
    written = {each["RayID"] for each in run(scenario).of("http_requests") if each["ParentRayID"] == "00"}
    assert {x.ray for x in happened} == written


def test_what_the_owner_knows_is_known_before_the_run() -> None:
    simulation = Simulation(evening(incidents=("I6.ten_times",), benign=(), scale=0.5))
    before = configuration(simulation, str)
    assert list(simulation.objects())
    assert sum(each.records for each in simulation.objects()) > 0
    assert configuration(simulation, str) == before
    (label,) = simulation.labels()
    assert before["scripts"][label.script]["compat_drift"]["date"] == date(2026, 3, 2)


def test_logs_that_are_held_back_come_all_at_once() -> None:
    logs = run(evening(incidents=(), benign=("log_gap",), scale=0.5))
    (label,) = logs.labels
    low, high = label.start // SECOND, label.end // SECOND
    zone = [each for each in logs.objects if each.dataset == "http_requests" and each.owner == label.zone]
    assert not [each for each in zone if low + 400 < each.delivered < high]
    assert len([each for each in zone if high <= each.delivered < high + 60]) >= 5


def test_a_zone_that_is_new_has_no_past() -> None:
    scenario = evening(incidents=(), benign=("onboarding",), history=2 * HOUR)
    simulation = Simulation(scenario)
    history, own = list(simulation.history()), list(simulation.objects())
    (label,) = simulation.labels()
    assert label.zone in {each.owner for each in own}
    assert label.zone not in {each.owner for each in history}
    assert all(each.delivered > label.end // SECOND for each in own if each.owner == label.zone)


def _second(moment: int | str) -> float:
    if isinstance(moment, str):
        return datetime.fromisoformat(moment).timestamp()
    return moment / SECOND if moment > 10**15 else moment / 1000
