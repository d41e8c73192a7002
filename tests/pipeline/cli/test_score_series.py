"""`edgesieve score-series`: a score a row, by what came before alone."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import edgesieve as face
from tests.program import Edgesieve

PAGE = Path(face.__file__).parent / "docs" / "score-series.md"
BURST = 250


def series(count: int = 300) -> bytes:
    """Make rows of every five minutes with a burst in them."""
    values = [(10 + at * 7 % 5) * (9 if BURST <= at < BURST + 4 else 1) for at in range(count)]
    moments = [f"2026-03-0{2 + at // 288} {at % 288 // 12:02}:{at % 12 * 5:02}:00" for at in range(count)]
    return "".join(("timestamp,value\n", *(f"{a},{b}\n" for a, b in zip(moments, values, strict=True)))).encode()


BAD = {
    "no number": b"2026-03-02 00:00:00,many",
    "not a number": b"2026-03-02 00:00:00,nan",
    "endless": b"2026-03-02 00:00:00,inf",
    "too large": b"2026-03-02 00:00:00,1e200",
    "no time": b"yesterday,3",
    "one cell": b"3",
    "nothing": b"",
    "a broken byte": b"2026-03-02 00:00:0\xff,3",
}


def test_each_row_has_a_score_from_0_to_1_and_a_burst_has_the_highest(edgesieve: Edgesieve) -> None:
    run = edgesieve("score-series", stdin=series())
    head, *scores = run.stdout.decode().split("\n")[:-1]
    assert (run.returncode, head, len(scores)) == (0, "score", 300)
    assert all(0 <= float(each) < 1 for each in scores)
    assert max(range(300), key=lambda at: float(scores[at])) in range(BURST, BURST + 4)


def test_what_comes_later_changes_nothing(edgesieve: Edgesieve) -> None:
    whole, part = edgesieve("score-series", stdin=series()), edgesieve("score-series", stdin=series(260))
    assert whole.stdout.startswith(part.stdout)


@pytest.mark.parametrize("row", BAD.values(), ids=BAD)
def test_a_bad_row_has_an_empty_line_and_changes_nothing(edgesieve: Edgesieve, row: bytes) -> None:
    lines = series().split(b"\n")
    lines.insert(BURST, row)
    said = edgesieve("score-series", stdin=b"\n".join(lines)).stdout.split(b"\n")
    assert said.pop(BURST) == b""
    assert b"\n".join(said) == edgesieve("score-series", stdin=series()).stdout


def test_times_may_be_numbers_and_columns_in_any_order(edgesieve: Edgesieve) -> None:
    rows = [line.split(b",") for line in series().splitlines()[1:]]
    start = 1_772_409_600
    seconds = b"".join(b"x,%s,%d\r\n" % (value, start + at * 300) for at, (_, value) in enumerate(rows))
    millis = b"".join(b'"%d",%s\n' % ((start + at * 300) * 1000, value) for at, (_, value) in enumerate(rows))
    expected = edgesieve("score-series", stdin=series()).stdout
    assert edgesieve("score-series", stdin=b"id,value,timestamp\r\n" + seconds).stdout == expected
    assert edgesieve("score-series", stdin=b'\xef\xbb\xbf"timestamp","value"\n' + millis).stdout == expected


@pytest.mark.parametrize("data", [b"", b"time,count\n1,2\n"], ids=["nothing", "other names"])
def test_a_series_without_its_names_is_refused(edgesieve: Edgesieve, data: bytes) -> None:
    run = edgesieve("score-series", stdin=data)
    assert (run.returncode, run.stdout) == (2, b"")
    assert b"timestamp" in run.stderr


def test_a_score_comes_before_the_next_row() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "edgesieve", "score-series"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in series(3).splitlines(keepends=True):
            process.stdin.write(line)
            process.stdin.flush()
            assert process.stdout.readline()
        process.stdin.close()
        assert process.stdout.read() == b""


def test_the_example_in_the_docs_is_right(edgesieve: Edgesieve, tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    given, answer = re.findall(r"```csv\n(.*?)```\n.*?```\n(score.*?)```", page, re.DOTALL)[0]
    (tmp_path / "requests.csv").write_text(given)
    assert edgesieve("score-series", "requests.csv").stdout.decode() == answer
