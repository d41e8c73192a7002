"""A run whose records are seen too: what the detectors say goes to a file, and is counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from detectors.facts import Facts
from detectors.findings import rfc3339
from detectors.judge import Judge
from pipeline.base import WriteError
from pipeline.cli.say import many
from pipeline.detected import Detected, detected
from pipeline.detecting import detection_of
from pipeline.findings_log import FindingsLog
from pipeline.jobs import Job
from pipeline.judge_state import judge_state
from pipeline.judging import Judging
from pipeline.redact import STANDARD_OUTPUT, OnDead, OnProgress, Result, run
from pipeline.sinks.files import writing_to
from pipeline.start import Parts, build_engine


@dataclass(frozen=True, slots=True)
class Judged:
    """What was said, and who said it."""

    log: FindingsLog
    judge: Judge
    facts: Facts

    def counted(self) -> Detected:
        """Return the counts for metrics."""
        return detected(self.judge, self.log, self.facts.of_zone)

    def notes(self, now: int) -> Iterator[str]:
        """Yield lines on what was left out, and on suppressions that have run out by a time in seconds."""
        future = self.judge.counts["future_rows"].total()
        if future:
            what = "more than 10 minutes ahead of the start in the name of their object"
            yield f"{many(future, 'record')} {what}: no statistics are made of them"
        for each in self.judge.expired(now):
            day = rfc3339(each.until * 1000)[: len("2026-03-02")]
            reason = f" ({each.reason})" if each.reason else ""
            yield f"{each.where}: ran out on {day}{reason}; right would be a later day, or to leave it out"


def run_judged(
    job: Job, parts: Parts, path: str, state: Path | None, on_dead: OnDead, on_progress: OnProgress
) -> tuple[Result, Judged]:
    """Redact all inputs, as `run` does; findings go to a file, or to standard output for "-".

    What the judge knows when all was heard, and before it says what is left, is kept in the folder `state`.
    """
    error: WriteError | None = None
    ran: tuple[Result, Judging, FindingsLog] | None = None
    detection = detection_of(parts)
    with judge_state(state, detection) as kept:
        try:
            with writing_to(None if path == STANDARD_OUTPUT else path) as write:
                log = FindingsLog(write, detection.facts.policy)
                judging = Judging(kept.judge, log.hear, merged=kept.merged)
                ran = run(job, partial(build_engine, parts), on_dead, on_progress, judging), judging, log
                judging.end_all()
                kept.save()
                judging.finish()
                if log.error:
                    raise log.error
        except WriteError as failed:
            error = failed
    if ran is None:
        raise error or WriteError
    result, judging, log = ran
    faults = (*result.faults, *judging.faults)
    errors = (*result.io_errors, *([str(error)] if error else []))
    return replace(result, faults=faults, io_errors=errors), Judged(log, kept.judge, detection.facts)
