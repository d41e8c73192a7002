"""What a judge has learned is kept between runs, whole, for one run at a time, under one key ring."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from detectors.facts import Facts
from pipeline.judge_state import MOST_MERGED, judge_state
from pipeline.observer import Detection
from redactors.base import ConfigurationError
from tests.laws.watched import SEED, demo, see

DETECTION = Detection(Facts(warm_up=0), SEED)


def kept(folder: Path) -> Path:
    """Keep the state of a judge that has heard of the demo's logs; return its file."""
    with judge_state(folder, DETECTION) as state:
        for each in see(demo()).evidence:
            state.judge.merge(each)
        state.merged["digest"] = None
        state.save()
    return folder / "judge.json"


def test_what_was_kept_is_there_in_the_next_run(tmp_path: Path) -> None:
    file = kept(tmp_path / "state")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = orjson.loads(file.read_bytes())["judge"]
    with judge_state(tmp_path / "state", DETECTION) as state:
        assert state.judge.snapshot().decode() == before
        assert state.merged == {"digest": None}


def test_without_a_folder_nothing_is_kept() -> None:
    with judge_state(None, DETECTION) as state:
        state.save()


def test_what_is_not_saved_is_not_kept(tmp_path: Path) -> None:
    before = kept(tmp_path).read_bytes()
    with judge_state(tmp_path, DETECTION) as state:
        state.merged["another"] = None
    assert (tmp_path / "judge.json").read_bytes() == before


def test_only_the_newest_digests_are_remembered(tmp_path: Path) -> None:
    with judge_state(tmp_path, DETECTION) as state:
        state.merged |= dict.fromkeys(map(str, range(MOST_MERGED + 5)))
        state.save()
    with judge_state(tmp_path, DETECTION) as state:
        assert (len(state.merged), next(iter(state.merged))) == (MOST_MERGED, "5")


def test_a_second_run_at_the_same_time_is_refused(tmp_path: Path) -> None:
    with judge_state(tmp_path, DETECTION), pytest.raises(ConfigurationError, match="in use by another run; right"):
        judge_state(tmp_path, DETECTION).__enter__()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data[:-9], "unreadable; right would be what this version wrote; to begin anew, move the file"),
        (lambda data: data.replace(b'"v":1', b'"v":2', 1), "of another format version"),
        (lambda data: data.replace(b'"seed":"', b'"seed":"0'), "kept under another key ring; right would be the key"),
        (lambda _data: b"[]", "unreadable"),
        (lambda _data: b"", "unreadable"),
        (lambda data: data.replace(b"clocks", b"cloaks"), "judge's snapshot: unreadable"),
    ],
    ids=["cut off", "of another version", "of another ring", "a list", "empty", "a broken snapshot"],
)
def test_what_cannot_be_used_is_refused_and_stays(
    tmp_path: Path, change: Callable[[bytes], bytes], message: str
) -> None:
    file = kept(tmp_path)
    changed = change(file.read_bytes())
    file.write_bytes(changed)
    with pytest.raises(ConfigurationError, match=message):
        judge_state(tmp_path, DETECTION).__enter__()
    assert file.read_bytes() == changed
