"""I8: the log of a zone stops, for some hours, and what it would have held never comes."""

from __future__ import annotations

from pipeline.simulator.cases import Case, Effect, Stage
from pipeline.simulator.world import Zone


def lost(stage: Stage) -> Effect:
    """Let nothing come of the zone's logs at the edge; backends and Workers go on."""
    stage.show_at(stage.start)
    return Effect(lost=True)


def _busy(zone: Zone) -> bool:
    return zone.size > 1


ROWS = (
    Case("I8.half_a_day", "silence", "easy", (420, 540), lost, fits=_busy, alone=True),
    Case("I8.hours", "silence", "medium", (240, 300), lost, fits=_busy, alone=True),
    Case("I8.gap", "silence", "hard", (120, 180), lost, fits=_busy, alone=True),
)
