"""Logs that are only looked at: what detectors see in them goes to a judge, and nothing leaves."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from pipeline.inputs import Input
from pipeline.judging import Judging
from pipeline.settings import FileSource, source_of
from pipeline.tasks import MakeEngine, Report, Step, Task
from pipeline.workers import OnRead, in_processes, in_this_process


def survey(
    inputs: Sequence[Input],
    sources: Sequence[FileSource],
    jobs: int,
    make_engine: MakeEngine,
    judging: Judging,
    on_read: OnRead,
) -> list[str]:
    """Let a judge hear of all inputs; return what could not be read, or failed.

    Raises:
        ConfigurationError: no engine can be made.

    """
    tasks = [Task(each.path, each.origin, None, "none", None, source_of(sources, each.path)) for each in inputs]
    failed: list[str] = []
    judging.expect([each.path for each in inputs])
    # Without a target a worker hands on no bytes, and those of this process are let go.
    alone = jobs == 1 or any(each.size is None for each in inputs)
    stream = in_this_process(tasks, make_engine, on_read) if alone else in_processes(tasks, jobs, make_engine, on_read)
    at = 0
    with closing(stream):
        for _, news in stream:
            if isinstance(news, Step):
                judging.take(at, news.evidence)
            elif isinstance(news, Report):
                failed += [each for each in (news.error, news.fault) if each]
                judging.end(at)
                at += 1
    judging.end_all()
    return [*failed, *judging.faults]
