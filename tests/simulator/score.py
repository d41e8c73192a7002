"""What detection is worth: `make score`, or `python -m tests.simulator.score`.

Traffic is made up from seeds drawn anew, sent through the engine and the judge, and what is said is held against what
happened. Ends with 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console

import edgesieve
from pipeline.simulator.base import DAY, HOUR, Scenario
from pipeline.simulator.benign import BENIGN
from pipeline.simulator.incidents import INCIDENTS
from tests.simulator.score_cost import measure
from tests.simulator.score_count import SCORED, Score, count
from tests.simulator.score_figures import SLOW, Run, missed, together
from tests.simulator.score_run import Trial, run
from tests.simulator.score_tables import for_terminal, tables, write_docs

START = 1_772_409_600
"""Midnight of 2 March 2026, UTC."""
MORNING = START + 8 * HOUR
PAGE = Path(edgesieve.__file__).parent / "docs" / "detection-score.md"
DAYS, YOUNG = "days", "young"
YOUNG_HOURS = 6
INCIDENT_ROWS, BENIGN_ROWS = (
    tuple(each.name for each in rows if each.detector in SCORED and each.detector not in SLOW)
    for rows in (INCIDENTS, BENIGN)
)
"""What happens to young zones: only what concerns detectors that are quick, since their time is short."""


def trials(seeds: Sequence[int], zones: int, days: int, scale: float) -> Iterator[Trial]:
    """Yield what is run: some days of each seed, and six hours whose zones are known after one."""
    for seed in seeds:
        yield Trial(DAYS, Scenario(seed, START, days * DAY, zones, scale))
    for seed in seeds:
        morning = Scenario(seed, MORNING, YOUNG_HOURS * HOUR, zones, scale, INCIDENT_ROWS, BENIGN_ROWS)
        yield Trial(YOUNG, morning, "1h")


def score(trial: Trial) -> Score:
    """Run one trial and count."""
    return count(run(trial))


def main() -> int:
    """Score; exit 1 where a goal is missed."""
    options = _options()
    console = Console(width=120)
    first = options.seed
    seeds = [secrets.randbits(32) if first is None else first + at for at in range(options.seeds)]
    console.print(f"seeds {' '.join(map(str, seeds))}")
    begun = time.monotonic()
    cost = measure(seeds[0], MORNING)
    scores: dict[str, list[Score]] = {DAYS: [], YOUNG: []}
    asked = list(trials(seeds, options.zones, options.days, options.scale))
    with ProcessPoolExecutor(options.jobs, get_context("spawn"), max_tasks_per_child=1) as pool:
        for trial, each in zip(asked, pool.map(score, asked), strict=True):
            scores[trial.name].append(each)
            took = (time.monotonic() - begun) / 60
            lost, false = sum(not found.found for found in each.found), len(each.false)
            console.print(
                f"{took:5.1f} min: {trial.name} of {each.seed}: {each.records:,} records,"
                f" {lost} of {len(each.found)} missed, {false} false"
            )
    days, young = together(scores[DAYS]), together(scores[YOUNG])
    shown = list(tables(days, young, cost))
    for table in shown:
        console.print(for_terminal(table))
    failed = list(missed(days, young))
    for goal in failed:
        console.print(f"missed: {goal}", style="red")
    if options.details:
        lines = [json.dumps(each) for name in scores for one in scores[name] for each in one.details]
        options.details.write_text("".join(f"{line}\n" for line in lines))
    if options.json:
        result = {DAYS: asdict(days), YOUNG: asdict(young), "cost": asdict(cost), "missed": failed}
        options.json.write_text(json.dumps(result, indent=2) + "\n")
    if options.write_docs:
        write_docs(PAGE, shown, _head(days, young))
    return 1 if failed else 0


def _head(days: Run, young: Run) -> str:
    seeds = ", ".join(map(str, days.seeds))
    return (
        f"{days.records:,} records of {days.zone_days:,.0f} zone-days, and {young.records:,} of young zones;"
        f" seeds {seeds}."
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="how many (default 10)")
    parser.add_argument("--seed", type=int, help="the first of them, the others follow; else they are drawn")
    parser.add_argument("--zones", type=int, default=20, help="zones of each seed (default 20)")
    parser.add_argument("--days", type=int, default=3, help="days of each seed (default 3)")
    parser.add_argument("--scale", type=float, default=0.75, help="traffic, as in edgesieve simulate (default 0.75)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default 2)")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    parser.add_argument("--details", type=Path, help="write each miss and each false alert here, a JSON object a line")
    parser.add_argument("--write-docs", action="store_true", help=f"write the tables into {PAGE.name}")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
