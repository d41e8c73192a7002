"""What was marked in paths, by template: what a user looks through to tune the choices for paths."""

from __future__ import annotations

from collections import Counter

_HEADER = "# count\tdataset\ttemplate: {secret} was marked, * stands for numbers and ids\n"


def render_paths(marked: Counter[tuple[str, str]]) -> str:
    """Return a line for each template, the most frequent first.

    >>> render_paths(Counter({("http_requests", "/reset/{secret}"): 2})).splitlines()[1].split()
    ['2', 'http_requests', '/reset/{secret}']
    """
    rows = sorted(marked.items(), key=lambda row: (-row[1], row[0]))
    return _HEADER + "".join(f"{count}\t{dataset}\t{template}\n" for (dataset, template), count in rows)
