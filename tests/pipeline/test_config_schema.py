"""The JSON Schema of the configuration: what an editor offers is what the program takes."""

from __future__ import annotations

from pipeline.base import MIB
from pipeline.config_check import json_schema
from pipeline.config_model import Document
from redactors.base import FIELD_CLASSES

SCHEMA = json_schema()


def test_it_names_every_key_and_what_it_means() -> None:
    assert set(SCHEMA["properties"]) == set(Document.model_fields)
    assert SCHEMA["additionalProperties"] is False
    for section in ("Key", "Redact", "Identity", "Bounds", "FilesSource", "HttpSource", "ObjectsSource", "LokiSink"):
        for name, key in SCHEMA["$defs"][section]["properties"].items():
            assert key["description"], name


def test_it_names_every_dataset_and_every_field_class() -> None:
    datasets = SCHEMA["$defs"]["Redact"]["properties"]["datasets"]["propertyNames"]["enum"]
    classes = SCHEMA["$defs"]["DatasetChoices"]["properties"]["fields"]["additionalProperties"]["enum"]
    assert {"http_requests", "backend/requests", "generic"} <= set(datasets)
    assert classes == [*FIELD_CLASSES, *(f"records.{name}" for name in datasets)]


def test_its_examples_of_sizes_are_right() -> None:
    for name, key in SCHEMA["$defs"]["Bounds"]["properties"].items():
        number, text, _null = key["anyOf"]
        for example in text["examples"]:
            assert getattr(Document.model_validate({"limits": {name: example}}).limits, name) > 0
        assert number.get("maximum") == (16 * MIB if name == "line_bytes" else None)
