"""THE table of what looks wrong and is not: each row a case, each case a small function in the file of its theme."""

from __future__ import annotations

from dataclasses import replace

from pipeline.simulator.benign import crowds, machines, operations, people
from pipeline.simulator.cases import Case

_ROWS = (*crowds.ROWS, *machines.ROWS, *operations.ROWS, *people.ROWS)

BENIGN: tuple[Case, ...] = tuple(replace(each, expect="none") if each.expect == "finding" else each for each in _ROWS)
"""Of none of these should anyone be woken."""
