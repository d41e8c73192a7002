"""No secret in any observation, evidence, snapshot or finding, wherever in a record it stood."""

from __future__ import annotations

import pytest

from detectors.columns import COLUMNS, wanted
from detectors.facts import Facts
from detectors.findings import to_json
from detectors.judge import Judge
from detectors.looking import Surroundings
from detectors.observing import Observing
from detectors.tokens import hashing
from pipeline import careful
from pipeline.base import Batch, Limits
from pipeline.engine import Engine
from pipeline.observer import Detection
from redactors import registry
from redactors.plan import Plans, Said
from redactors.policy import Policy
from tests.detectors.looks import shown
from tests.detectors.toys import SEED
from tests.laws.places import AFTER_CAPABILITY, ANY_SECRET, KNOWN_FORMAT, RANDOM_TOKEN, Place
from tests.laws.stage import RING, catalogue, rules, survivors

SECRET = "Kq7vX2mPz9Lw4Rt8Yb3Nc6Hd1Gf5"
KNOWN = "AKIAQ7VX2MPZ3LWTR5YB"
HEADERS = {"request": ("RequestHeaders.x-user-id",), "response": ("ResponseHeaders.x-user-id",)}
POLICY = Policy(identity_request=HEADERS["request"], identity_response=HEADERS["response"])
FACTS = Facts(everywhere={"identity": HEADERS}, warm_up=0)
BY_FIELD = {**ANY_SECRET, **AFTER_CAPABILITY, **RANDOM_TOKEN}


@pytest.mark.parametrize("place", BY_FIELD.values(), ids=BY_FIELD)
def test_no_column_of_any_row_holds_what_a_field_hides(place: Place) -> None:
    redactors = registry.build(POLICY, RING, rules())
    around = Surroundings(FACTS, hashing(SEED), redactors.hits.clean, redactors.marker.keyer("identity"))
    observing = Observing(wanted(COLUMNS), around)
    plans = Plans(POLICY, redactors, catalogue(), Said(), observe=observing.look)
    record = careful.read(place(SECRET), 1000)
    plans.find(tuple(record)).scrub(record)
    assert observing.rows
    assert around.faults == 0
    assert survivors(SECRET, repr(shown(observing)).encode()) == []


ALL = [
    *((name, place, SECRET) for name, place in BY_FIELD.items()),
    *((name, place, KNOWN) for name, place in KNOWN_FORMAT.items()),
]


@pytest.mark.parametrize(("place", "secret"), [each[1:] for each in ALL], ids=[each[0] for each in ALL])
def test_no_evidence_snapshot_or_finding_holds_a_secret(place: Place, secret: str) -> None:
    limits = Limits(inflated_bytes=None)
    engine = Engine(POLICY, RING, rules(), catalogue(), limits, detection=Detection(FACTS, SEED))
    outcomes = list(engine.process(Batch([place(secret) + b"\n"], "test"), "none"))
    evidence = [data for outcome in outcomes for data in outcome.evidence]
    assert evidence
    judge = Judge(FACTS, SEED)
    found = [finding for data in evidence for finding in judge.merge(data)]
    written = [*evidence, judge.snapshot()]
    found += judge.finish()
    written += [judge.snapshot(), *map(to_json, found)]
    assert [each for each in written if survivors(secret, each)] == []
