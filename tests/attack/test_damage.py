"""Clean records stay as they are: hardly one safe value in two thousand is changed."""

from __future__ import annotations

from tests.attack.clean import clean_records
from tests.attack.damage import ALLOWED, measure
from tests.laws.stage import catalogue

RECORDS = 4000


def test_records_of_every_dataset_are_made() -> None:
    assert {dataset for dataset, _ in clean_records(200, 1)} == set(catalogue().names())


def test_hardly_any_safe_value_is_changed() -> None:
    damage = measure(RECORDS, 1)
    assert damage.records == RECORDS
    assert damage.values >= 20 * RECORDS
    assert damage.share <= ALLOWED, damage.changed.most_common(12)
