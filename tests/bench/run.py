"""`make bench`: what the work costs against the bare codec, as a table and as JSON.

The ratio decides, the absolute is reported: machines differ and are shared. Each measurement is a process of its own,
so that nothing is remembered; bare codec and whole run in turns, and the median of the ratios of the turns is given.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.table import Table

import edgesieve
from pipeline.codec import Deflater
from tests.bench.generate import generate_http_requests, generate_trace_events
from tests.bench.rule_sets import write_rule_set
from tests.bench.stages import SEEN

ROUNDS = 5
STAGES = ("inflate", "split", "parse", "scrub", "all but deflate", "whole", "bare codec")
LIMITS = {
    "requests": 2.4,
    "returning users": math.inf,
    "all lines dirty": 5.8,
    "trace events": 3.5,
    "telling trace events": math.inf,
}
"""What the whole may cost, as a multiple of the bare codec."""
SEEN_LIMIT = 1.2
"""What the whole may cost with detection on, as a multiple of the whole without; of requests."""
RULE_SETS = (50, 1000)
GROWTH_LIMIT = 1.1
"""What the whole may cost with the most rules, as a multiple of its cost with the fewest."""
MEMORY_LIMIT = 100
"""In MiB, whatever the size of the file."""
MIB = 1 << 20
HOME = Path(edgesieve.__file__).parent
CODE = ("edgesieve.py", "redactors", "detectors", "pipeline")
REDACT = (str(Path(sys.executable).parent / "edgesieve"), "redact")
"""The program as it is installed."""
PEAK_OF_CHILD = (
    "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stderr=subprocess.DEVNULL);"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)
"""A small process between: a child's peak counts from that of the process that started it."""


def write(path: Path, lines: Iterable[bytes]) -> tuple[int, int]:
    """Write lines as gzip; return their number and size."""
    deflater, count, size = Deflater("gzip"), 0, 0
    lines = iter(lines)
    with path.open("wb") as file:
        while block := list(islice(lines, 500)):
            data = b"".join(block)
            count, size = count + len(block), size + len(data)
            file.write(deflater.feed(data))
        file.write(deflater.finish())
    return count, size


def stage(name: str, path: Path, *config: str) -> dict[str, float]:
    """Run one stage in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.stages", name, str(path), *config]
    result: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return result


def case(path: Path, count: int, size: int, rounds: int) -> dict[str, float]:
    """Measure the whole against the bare codec, in turns."""
    names = ("bare codec", "whole", SEEN)
    turns = [[stage(name, path) for name in names] for _ in range(rounds)]
    bare, whole, seen = (min(turn[at]["seconds"] for turn in turns) / count * 1e6 for at in range(len(names)))
    ratios = [turn[1]["seconds"] / turn[0]["seconds"] for turn in turns]
    return {
        "records": count,
        "bytes_a_record": round(size / count),
        "bare_us": round(bare, 2),
        "whole_us": round(whole, 2),
        "ratio": round(statistics.median(ratios), 2),
        "ratio_min": round(min(ratios), 2),
        "ratio_max": round(max(ratios), 2),
        "records_a_second": round(1e6 / whole),
        "mb_a_second": round(size / count / whole, 1),
        "peak_mib": round(max(turn[1]["peak_bytes"] for turn in turns) / MIB, 1),
        "seen_us": round(seen, 2),
        "seen_ratio": round(statistics.median(turn[2]["seconds"] / turn[1]["seconds"] for turn in turns), 2),
        "seen_peak_mib": round(max(turn[2]["peak_bytes"] for turn in turns) / MIB, 1),
    }


def stages(path: Path, count: int) -> dict[str, float]:
    """Measure the stages, each with all before it; microseconds a record."""
    return {name: round(min(stage(name, path)["seconds"] for _ in range(2)) / count * 1e6, 2) for name in STAGES}


def processes(path: Path, folder: Path) -> dict[str, float]:
    """Measure four files by one process and by two, wall clock."""
    for number in range(4):
        (folder / f"{number}.gz").write_bytes(path.read_bytes())
    seconds: dict[int, float] = {}
    for jobs in (1, 2, 1, 2):
        start = time.perf_counter()
        subprocess.run([*REDACT, folder, "-o", f"{folder}-out/", "--jobs", str(jobs)], check=True, capture_output=True)
        seconds[jobs] = min(seconds.get(jobs, math.inf), time.perf_counter() - start)
    return {"one_s": round(seconds[1], 2), "two_s": round(seconds[2], 2), "gain": round(seconds[1] / seconds[2], 2)}


def growth(path: Path, folder: Path, rounds: int) -> dict[str, float]:
    """Measure the whole with few rules and with many, in turns; and the start, whose databases are cached."""
    configs = [str(write_rule_set(folder / f"{count}-rules", count)) for count in RULE_SETS]
    line = next(generate_http_requests(1, 1))
    starts = [first_byte(line, "--config", config)["ms"] for config in configs]
    turns = [[stage("whole", path, config)["seconds"] for config in configs] for _ in range(rounds)]
    told = {f"{count}_rules_us": min(turn[at] for turn in turns) for at, count in enumerate(RULE_SETS)}
    records = stage("bare codec", path)["records"]
    return {
        **{name: round(seconds / records * 1e6, 2) for name, seconds in told.items()},
        "growth": round(statistics.median(turn[-1] / turn[0] for turn in turns), 3),
        **{f"{count}_rules_first_byte_ms": ms for count, ms in zip(RULE_SETS, starts, strict=True)},
    }


def memory(path: Path, size: int, target: Path, inflated: int) -> dict[str, float]:
    """Measure the peak memory of `edgesieve redact` on a file of many gzip members."""
    members = max(1, inflated // size)
    with target.open("wb") as file:
        for _ in range(members):
            file.write(path.read_bytes())
    command = [sys.executable, "-c", PEAK_OF_CHILD, *REDACT, str(target), "-o", os.devnull]
    peak = int(subprocess.run(command, check=True, capture_output=True).stdout)
    return {"inflated_mib": members * size // MIB, "peak_mib": round(peak / 1024, 1)}


def first_byte(line: bytes, *options: str) -> dict[str, float]:
    """Measure the time from the start of `edgesieve redact` to its first byte, its input still open."""
    # As an installation does; where Python may not write, it would compile at each start.
    subprocess.run([sys.executable, "-m", "compileall", "-q", *CODE], check=True, cwd=HOME)
    times = []
    for _ in range(11):
        start = time.perf_counter()
        with subprocess.Popen(
            [*REDACT, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(line)
            process.stdin.flush()
            process.stdout.read(1)
            times.append((time.perf_counter() - start) * 1000)
            process.stdin.close()
    return {"ms": round(statistics.median(times[1:])), "min_ms": round(min(times[1:]))}


def table(title: str, columns: dict[str, dict[str, float]]) -> Table:
    """Show results that share their rows."""
    shown = Table("", *columns, title=title)
    for name in next(iter(columns.values())):
        shown.add_row(name.replace("_", " "), *(f"{column[name]:,}" for column in columns.values()))
    return shown


def main() -> int:
    """Measure everything; exit 1 where a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=100_000, help="requests to generate (default 100,000)")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--inflated", type=int, default=2048, metavar="MIB", help="size of the file for peak memory")
    parser.add_argument("--json", type=Path, help="write the results here too")
    options = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory(prefix="edgesieve-bench-") as name:
        folder = Path(name)
        made = {
            "requests": generate_http_requests(options.records, 1),
            "returning users": generate_http_requests(options.records, 1, returning=True),
            "all lines dirty": generate_http_requests(options.records // 4, 1, dirty=1.0),
            "trace events": generate_trace_events(options.records, 1),
            "telling trace events": generate_trace_events(options.records // 4, 1, telling=0.2),
        }
        paths = {title: folder / f"{title.replace(' ', '-')}.gz" for title in made}
        sizes = {title: write(paths[title], lines) for title, lines in made.items()}
        cases = {title: case(paths[title], *sizes[title], options.rounds) for title in made}
        console.print(table("The whole against the bare codec, gzip in and out, one core (µs a record)", cases))
        each = stages(paths["requests"], sizes["requests"][0])
        console.print(table("Stages on requests, each with all before it (µs a record)", {"requests": each}))
        (folder / "four").mkdir()
        rest = {
            "two processes": processes(paths["requests"], folder / "four"),
            "memory": memory(paths["requests"], sizes["requests"][1], folder / "large.gz", options.inflated * MIB),
            "first byte": first_byte(next(generate_http_requests(1, 1))),
            "rules": growth(paths["requests"], folder, options.rounds),
        }
    told = {f"{title}: {name}": value for title, row in rest.items() for name, value in row.items()}
    console.print(table("The program as a user starts it", {"": told}))
    passed = [title for title, limit in LIMITS.items() if cases[title]["ratio"] > limit]
    passed += ["detection"] if cases["requests"]["seen_ratio"] > SEEN_LIMIT else []
    passed += ["rules"] if rest["rules"]["growth"] > GROWTH_LIMIT else []
    passed += ["memory"] if rest["memory"]["peak_mib"] > MEMORY_LIMIT else []
    results = {"cases": cases, "stages": each, **rest, "over_the_limit": passed}
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")
    console.print_json(json.dumps(results))
    return 1 if passed else 0


if __name__ == "__main__":
    sys.exit(main())
