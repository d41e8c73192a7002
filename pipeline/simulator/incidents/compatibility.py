"""I6: from a known date on a script fails more often, or is slower."""

from __future__ import annotations

from functools import partial

from pipeline.simulator.base import Exchange
from pipeline.simulator.cases import Case, Effect, Stage
from pipeline.simulator.extras import steady

USUAL_SHARE = 1 / 256
"""Of the answers of a Worker fail when nothing is wrong."""
_NEW = ("TypeError", "Invalid URL string.")
_OLD = ("RangeError", "Invalid time value")
_HALF_A_DAY = (360, 720)


def fails(stage: Stage, times: float, *, new: bool = True, one_route: bool = False, deployed: bool = False) -> Effect:
    """Let a script fail so many times as often: with an error never seen or a known one, after a deploy or not."""
    routes = stage.zone.of_kind("private")[:1] if one_route else stage.zone.of_kind("private")
    script = routes[0].script
    stage.blame(routes[0] if one_route else None, script)
    begun = stage.label.start = stage.start + (stage.end - stage.start) // 4 if deployed else stage.start

    def change(x: Exchange) -> None:
        if x.route.script != script or (one_route and x.route is not routes[0]):
            return
        if deployed:
            x.version = stage.zone.versions[script][1]
        if not begun <= x.at < stage.end or x.failure or x.measure:
            return
        if stage.rng.random() < USUAL_SHARE * (times - 1):
            x.status, x.etag, x.answered, x.calls = 500, "", "", []
            x.failure = _NEW if new else _OLD
            stage.show(x)

    return Effect(change=change, more=steady(stage, routes, 4.0), lasting=deployed)


def slower(stage: Stage) -> Effect:
    """Let a script take six times as long."""
    routes = stage.zone.of_kind("private")
    stage.blame(script=routes[0].script)

    def change(x: Exchange) -> None:
        if x.route.script == routes[0].script and not x.measure:
            x.took *= 6
            stage.show(x)

    return Effect(change=change, more=steady(stage, routes, 4.0))


ROWS = (
    Case("I6.ten_times", "compat_drift", "easy", _HALF_A_DAY, partial(fails, times=10), begins="midnight"),
    Case("I6.four_times", "compat_drift", "medium", _HALF_A_DAY, partial(fails, times=4), begins="midnight"),
    Case(
        "I6.one_route",
        "compat_drift",
        "medium",
        _HALF_A_DAY,
        partial(fails, times=40, one_route=True),
        begins="midnight",
    ),
    Case(
        "I6.after_deploy",
        "compat_drift",
        "medium",
        _HALF_A_DAY,
        partial(fails, times=10, deployed=True),
        begins="midnight",
    ),
    Case("I6.twice", "compat_drift", "hard", _HALF_A_DAY, partial(fails, times=2, new=False), begins="midnight"),
    Case("I6.half_more", "compat_drift", "hard", _HALF_A_DAY, partial(fails, times=1.5, new=False), begins="midnight"),
    Case("I6.slower", "compat_drift", "hard", _HALF_A_DAY, slower, expect="any", begins="midnight"),
)
