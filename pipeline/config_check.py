"""Checks a merged configuration and turns it into choices by value; says of each fault what would be right."""

from __future__ import annotations

import difflib
import typing
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from detectors.facts import Facts
from pipeline.base import Limits
from pipeline.config_ends import FileFindings, ObjectsSink, ObjectsSource
from pipeline.config_facts import claimed_twice, facts_of
from pipeline.config_flow import SourceChoices
from pipeline.config_live import HttpSource
from pipeline.config_model import LATER, LATER_KEY, LATER_KINDS, LATER_OF_PLACES, Document, FilesSource
from pipeline.config_places import Identity, PlaceChoices
from pipeline.engine import GENERIC
from pipeline.settings import FileSource, KeyPath, nearest
from pipeline.stores import Store
from redactors.base import FIELD_CLASSES, RECORDS_PREFIX
from redactors.datasets import load_catalogue
from redactors.policy import Policy, profile

_TYPES = {
    "bool_type": "right would be true or false",
    "dict_type": "right would be a table",
    "float_type": "right would be a number",
    "int_type": "right would be a whole number",
    "list_type": "right would be a list",
    "model_type": "right would be a table",
    "string_type": "right would be a string",
}
"""Words for a wrong type, by pydantic's name for it. Its own words are not used where they could show the value."""

_MISSING = {
    "api_key": 'a reference, as in "env:DD_API_KEY"',
    "brokers": 'a list, as in ["127.0.0.1:9092"]',
    "cert": "a PEM file",
    "key": "a PEM file",
    "kind": 'a word, as in kind = "files"',
    "listen": 'HOST:PORT, as in "127.0.0.1:8080"',
    "path": "a file, a glob or a folder",
    "topic": "the name of a topic",
    "uri": "s3://BUCKET/ and how keys begin",
    "url": "where it is, as in https://logs.example/",
    "until": "a day, as in until = 2027-01-31",
}
"""Words for a key that must be there."""

_OF_KINDS: Final = ("findings", "sink", "source")
"""Sections whose tables are of several kinds."""
_KIND_AT: Final = 2
"""Where pydantic puts the kind in the path of a key."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one key, and what would be right; never its value."""

    path: KeyPath
    message: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A configuration without a fault. Paths are as written."""

    policy: Policy
    limits: Limits
    key_file: str | None
    rules_extra: str | None
    sources: tuple[FileSource, ...]
    object_sinks: tuple[tuple[str, Store], ...]
    facts: Facts
    findings: str | None
    """The file of findings."""
    names: str | None
    """The file of names for marks."""
    state: str | None
    live: Mapping[str, Any]
    """What a live run reads and writes, as JSON; see `pipeline.run_settings`."""


def check(table: Mapping[str, Any]) -> Checked | tuple[Fault, ...]:
    """Return the choices that a merged configuration makes, or every fault it has."""
    later = tuple(Fault(path, _LATER_MESSAGE) for path in _later(table))
    try:
        document = Document.model_validate({name: value for name, value in table.items() if name not in LATER})
    except ValidationError as error:
        # Of a table of a later kind the other keys are not known either.
        hidden = [each.path[:-1] if each.path[-1] == "kind" else each.path for each in later]
        known = [each for each in _faults(error) if not any(each.path[: len(path)] == path for path in hidden)]
        return (*later, *known)
    wrong = (*_unknown_headers(document), *_wrong_sources(document), *_claims(document))
    return (*later, *wrong) or _choices(document)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a configuration file, for editors."""
    schema = Document.model_json_schema()
    datasets = [*load_catalogue().names(), GENERIC.name]
    classes = [*FIELD_CLASSES, *(f"{RECORDS_PREFIX}{name}" for name in datasets)]
    parts = schema["$defs"]
    parts["DatasetChoices"]["properties"]["fields"]["additionalProperties"] = {"enum": classes}
    parts["Redact"]["properties"]["datasets"]["propertyNames"] = {"enum": datasets}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _later(table: Mapping[str, Any]) -> Iterator[KeyPath]:
    """Yield what belongs to parts that do not exist yet."""
    yield from ((name,) for name in table if name in LATER)
    for section, kinds in LATER_KINDS.items():
        tables = table.get(section)
        for at, each in enumerate(tables if isinstance(tables, list) else ()):
            if isinstance(each, dict) and each.get("kind") in kinds:
                yield (section, at, "kind")
    for section in LATER_OF_PLACES:
        places = table.get(section)
        for name, place in places.items() if isinstance(places, dict) else ():
            if isinstance(place, dict) and LATER_KEY in place:
                yield (section, name, LATER_KEY)


_LATER_MESSAGE = "comes with a later version of edgesieve; right would be to leave it out for now"


def _faults(error: ValidationError) -> Iterator[Fault]:
    for each in error.errors(include_url=False, include_input=False):
        kind, loc = each["type"], _without_kind(each["loc"])
        if kind == "missing":
            message = f"missing; right would be {_MISSING[str(loc[-1])]}"
        elif kind == "union_tag_not_found":
            message, loc = f"missing; right would be {_MISSING['kind']}", (*loc, "kind")
        elif kind == "union_tag_invalid":
            expected = each.get("ctx", {}).get("expected_tags", "").replace("'", "")
            message, loc = f"unknown word; right would be one of {expected}", (*loc, "kind")
        elif kind == "extra_forbidden":
            message = f"unknown key; {_nearest(each['loc'])}"
        elif kind == "literal_error":
            expected = each.get("ctx", {}).get("expected", "").replace("'", "").replace(" or ", ", ")
            message = f"unknown word; right would be one of {expected}"
        elif kind == "too_short":
            message = "empty; right would be one at least"
        elif kind == "greater_than":
            message = "too small; right would be a number above 0"
        elif kind == "wrong":
            message = each["msg"]
        else:
            message = f"wrong type; {_TYPES.get(kind, 'see docs/configuration.md')}"
        yield Fault(loc, message)


def _without_kind(loc: KeyPath) -> KeyPath:
    """Leave out the kind that pydantic puts between a table's place and its keys."""
    has_kind = len(loc) > _KIND_AT and loc[0] in _OF_KINDS and isinstance(loc[1], int)
    return (*loc[:_KIND_AT], *loc[_KIND_AT + 1 :]) if has_kind else loc


def _unknown_headers(document: Document) -> Iterator[Fault]:
    """Yield a fault for each header whose field is none that holds headers, in any dataset."""
    places: list[tuple[KeyPath, Identity]] = [(("identity",), document.identity)]
    for section in LATER_OF_PLACES:
        named_places: Mapping[str, PlaceChoices] = getattr(document, section)
        places += [((section, name, "identity"), place.identity) for name, place in named_places.items()]
    named = [
        ((*path, key, at), each)
        for path, identity in places
        for key, said in identity
        if key != "session_cookies"
        for at, each in enumerate(said)
    ]
    if not named:
        return
    classes = [each.fields for each in map(load_catalogue().__getitem__, load_catalogue().names())]
    classes += [choices.fields for choices in document.redact.datasets.values()]
    known = {name for fields in classes for name, field_class in fields.items() if field_class == "headers"}
    for path, each in named:
        field = each.partition(".")[0]
        if field not in known:
            yield Fault(path, f"no dataset has headers in this field; right would be {nearest(field, known)}")


def _claims(document: Document) -> Iterator[Fault]:
    """Yield a fault for each host, script or backend that is said to be of two zones."""
    for path, owner in claimed_twice(document):
        yield Fault(path, f"belongs to the zone {owner} already; right would be one zone for each")


def _wrong_sources(document: Document) -> Iterator[Fault]:
    """Yield a fault for each column or renamed field that cannot be."""
    for at, source in enumerate(document.source):
        for place, column in enumerate(source.columns):
            if not column or column in source.columns[:place]:
                yield Fault(("source", at, "columns", place), "empty or there already; right would be a name for each")
        known = _fields_of(source.dataset, document) if source.rename else ()
        for own, name in source.rename.items():
            if name not in known:
                message = f"no field of the dataset has this name; right would be {nearest(name, known)}"
                yield Fault(("source", at, "rename", own), message)
            elif [*source.rename.values()].count(name) > 1:
                yield Fault(("source", at, "rename", own), "named twice; right would be one name for each field")


def _fields_of(dataset: str | None, document: Document) -> Collection[str]:
    """Return the fields of a dataset, as far as it is one; of all where none is said."""
    catalogue = load_catalogue()
    names = [name for name in catalogue.names() if dataset in (None, GENERIC.name, name)]
    said = [choices.fields for name, choices in document.redact.datasets.items() if name in (dataset, *names)]
    return {field for fields in (*(catalogue[name].fields for name in names), *said) for field in fields}


def _nearest(path: KeyPath) -> str:
    known = _keys_at(path[:-1])
    near = difflib.get_close_matches(str(path[-1]), known, 1)
    return f"right would be {near[0]}" if near else f"right would be one of {', '.join(known)}"


def _keys_at(path: KeyPath) -> tuple[str, ...]:
    inner: Any = Document
    for part in path:
        model = _model(inner)
        inner = model.model_fields[str(part)].annotation if model else _inner(inner, part)
    model = _model(inner)
    return tuple(model.model_fields) if model else ()


def _inner(annotation: object, part: str | int) -> object:
    """Return what is inside a list, a table, or a choice of kinds."""
    inner = typing.get_args(annotation)
    if typing.get_origin(annotation) is typing.Annotated:
        inner = typing.get_args(inner[0])
        return next(each for each in inner if part in typing.get_args(each.model_fields["kind"].annotation))
    return next((each for each in reversed(inner) if each is not type(None)), None)


def _model(annotation: object) -> type[BaseModel] | None:
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _choices(document: Document) -> Checked:
    redact, facts = document.redact, facts_of(document)
    # Whose header it is in one zone is nobody's secret in another: what is an identity anywhere is marked everywhere.
    identity = facts.identity
    as_said: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in redact
        if value is not None and name not in ("profile", "rules_extra", "rules_allow", "datasets")
    }
    policy = replace(
        profile(redact.profile),
        **as_said,
        rules_allow={rule: tuple(patterns) for rule, patterns in redact.rules_allow.items()},
        field_classes={name: dict(choices.fields) for name, choices in redact.datasets.items()},
        # Whom staff act for is a user as well: the header's value becomes a mark.
        identity_request=(*identity.request, *identity.impersonation),
        identity_response=identity.response,
        session_cookies=identity.session_cookies,
        scope=document.key.scope,
    )
    bounds = {name: value for name, value in document.limits if value is not None}
    limits = replace(Limits(body_bytes=None, inflated_bytes=None), **bounds)
    sources = tuple(_source(each) for each in document.source if not isinstance(each, HttpSource))
    findings = next((each.path for each in document.findings if isinstance(each, FileFindings)), None)
    sinks = tuple(
        (each.uri, Store(each.endpoint or "", each.credentials))
        for each in document.sink
        if isinstance(each, ObjectsSink)
    )
    names, state = document.findings_names.file, document.state.dir
    live = {
        "sources": [each.model_dump() for each in document.source if each.kind != "files"],
        "sinks": [each.model_dump() for each in document.sink],
        "findings": [each.model_dump() for each in document.findings if each.kind != "file"],
        "spool": document.spool.model_dump(),
        "metrics": document.metrics.model_dump(),
    }
    return Checked(
        policy, limits, document.key.file, redact.rules_extra, sources, sinks, facts, findings, names, state, live
    )


def _source(said: FilesSource | ObjectsSource) -> FileSource:
    choices = {**said.model_dump(include=set(SourceChoices.model_fields)), "columns": tuple(said.columns)}
    if isinstance(said, FilesSource):
        return FileSource(said.path, **choices)
    return FileSource(said.uri, store=Store(said.endpoint or "", said.credentials), **choices)
