"""The bundled raw logs are what their script makes, hold what they should, and are recognised."""

from __future__ import annotations

import gzip
from pathlib import Path

import orjson
import pytest

from redactors.datasets import load_catalogue
from tests.data.make_demo import FOLDER, demo_files, write_demo

FILES = demo_files()


def test_the_bundled_logs_are_what_their_script_makes(tmp_path: Path) -> None:
    write_demo(tmp_path)
    places = {each.relative_to(FOLDER) for each in FOLDER.rglob("*") if each.suffix in {".log", ".gz", ".ndjson"}}
    assert places == {Path(name) for name in FILES}
    for place in places:
        made, bundled = (tmp_path / place).read_bytes(), (FOLDER / place).read_bytes()
        # The same content may compress to other bytes under another build of zlib.
        assert made == bundled or gzip.decompress(made) == gzip.decompress(bundled)


@pytest.mark.parametrize("name", FILES)
def test_a_bundled_log_is_recognised_by_place_and_by_content(name: str) -> None:
    catalogue = load_catalogue()
    records = [orjson.loads(line) for line in FILES[name].splitlines()]
    found = {getattr(catalogue.recognise(each), "name", None) for each in records}
    assert found == {name.rpartition("/")[0]}
    assert getattr(catalogue.by_path(name), "name", None) == name.rpartition("/")[0]
    assert 40 <= len(records) <= 80


def test_the_story_holds_what_the_product_is_for() -> None:
    everything = b"".join(FILES.values()).decode()
    for telling in (
        "authorization",
        "session=",
        "access_token=",
        "/reset-password/",
        "hooks.slack.com/services/",
        "destination_conf",
        "secret-access-key=",
        "header_Authorization=",
        '{\\"event\\":',
        "worker.js:88:5",
        "169.254.169.254",
        "ghp_",
        "postgres://shop:",
    ):
        assert telling in everything


def test_a_user_token_can_be_followed_from_the_edge_to_the_backend() -> None:
    names = ["http_requests/", "backend/requests/"]
    edge, backend = (b"".join(data for name, data in FILES.items() if name.startswith(each)) for each in names)
    seen = {orjson.loads(line)["RequestHeaders"]["authorization"] for line in edge.splitlines()}
    handed_on = {orjson.loads(line)["headers"]["authorization"] for line in backend.splitlines()}
    assert seen & handed_on
