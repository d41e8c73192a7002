"""I4: one user gets what is another's: by state kept in a Worker, by a cache, by a link laid out for that."""

from __future__ import annotations

from functools import partial

from pipeline.simulator.base import SECOND, Client, Exchange, Route
from pipeline.simulator.cases import Case, Effect, Stage
from pipeline.simulator.extras import moments, some_user, steady
from pipeline.simulator.visits import plain

_CLOSE = 5 * SECOND
_PROFILE = "/account/profile"
_CART = "/api/v2/me/cart"
SUFFIXES = ("/style.css", ";app.js", "%2flogo.webp", "%3bmain.css", "%0aindex.js", "%23a.css", "%3fx.jpg")
"""What makes a cache take a private page for an asset."""


def module_state(stage: Stage, share: float, most: int = 1_000_000) -> Effect:
    """Let a Worker under load answer with what it kept of the request before, in the same place, by someone else."""
    stage.blame(script=stage.zone.route(_CART).script)
    before: dict[tuple[str, str], Exchange] = {}
    left = [most]

    def change(x: Exchange) -> None:
        if x.route.kind != "private" or not x.client.identity:
            return
        key = (x.route.script, x.client.colo)
        last = before.get(key)
        before[key] = x
        if last is None or not x.answered or x.at - last.at > _CLOSE or last.client.identity == x.client.identity:
            return
        if left[0] and stage.rng.random() < share:
            left[0] -= 1
            x.answered = last.client.identity
            stage.show(x)

    return Effect(change=change, more=steady(stage, stage.zone.of_kind("private"), 100.0))


def key_dropped(stage: Stage, *, at_edge: bool, echoed: bool) -> Effect:
    """Let the cache forget whose page it keeps, at the edge or in front of the backend, with a name in it or not."""
    route = stage.zone.route(_PROFILE)
    stage.blame(route)
    kept: list[Exchange] = []

    def change(x: Exchange) -> None:
        if x.route is not route or not x.answered or not x.calls:
            return
        if not kept:
            kept.append(x)
        elif x.client.identity != kept[0].client.identity:
            _from_cache(x, kept[0], at_edge=at_edge)
            if not echoed:
                x.answered = ""
            stage.show(x)

    return Effect(change=change, more=steady(stage, [route], 0.5))


def deception(stage: Stage, *, logged_in: bool, suffixes: tuple[str, ...]) -> Effect:
    """Let a user follow a link that makes the cache keep a private page, and someone else fetch it."""
    route, path = stage.zone.route(_PROFILE), _PROFILE + stage.rng.choice(suffixes)
    stage.blame(route)

    def make(at: int) -> list[Exchange]:
        victim = _page(stage, route, path, some_user(stage)(at), at)
        victim.cache = "miss"
        thief = some_user(stage) if logged_in else lambda _at: stage.visits.visitors.stranger(stage.rng)
        who = thief(at)
        while who.identity == victim.client.identity:
            who = thief(at)
        stolen = _page(stage, route, path, who, at + 40 * SECOND)
        _from_cache(stolen, victim, at_edge=True)
        stage.show(stolen)
        return [victim, stolen]

    return Effect(more=moments(stage, 2, make))


def caching_on(stage: Stage) -> Effect:
    """Let the cache be switched on for everything by mistake: what is fetched first is everyone's."""
    stage.blame(script=stage.zone.route(_PROFILE).script)
    kept: dict[str, Exchange] = {}

    def change(x: Exchange) -> None:
        if x.route.kind != "private" or x.route.method != "GET" or not x.answered:
            return
        first = kept.setdefault(x.route.host + x.path, x)
        if first is not x:
            _from_cache(x, first, at_edge=True)
            if first.client.identity != x.client.identity:
                stage.show(x)

    routes = [each for each in stage.zone.of_kind("private") if each.method == "GET" and not each.hole]
    return Effect(change=change, more=steady(stage, routes, 1.0))


def same_tag(stage: Stage, most: int) -> Effect:
    """Let the same page go to several users, which only its ETag shows."""
    route = stage.zone.route(_CART)
    stage.blame(route)
    kept: list[Exchange] = []
    given: set[str] = set()

    def change(x: Exchange) -> None:
        if x.route is not route or not x.answered or not x.client.identity:
            return
        if not kept:
            kept.append(x)
        elif x.client.identity != kept[0].client.identity and len(given | {x.client.identity}) <= most:
            given.add(x.client.identity)
            x.etag, x.size = kept[0].etag, kept[0].size
            stage.show(x)

    return Effect(change=change, more=steady(stage, [route], 0.7))


def _page(stage: Stage, route: Route, path: str, client: Client, at: int) -> Exchange:
    """Return a private page asked for under another path, as the cache at the edge sees it."""
    x = plain(stage.zone, stage.rng, client, route, at)
    x.path, x.answered = path, client.identity
    return x


def _from_cache(x: Exchange, kept: Exchange, *, at_edge: bool) -> None:
    """Answer an exchange with what was kept of another."""
    x.answered, x.etag, x.size = kept.answered, kept.etag, kept.size
    if at_edge:
        x.cache, x.calls, x.console = "hit", [], []
    else:
        x.calls[0].cache = "hit"


ROWS = (
    Case("I4.module_state", "cross_user", "easy", (10, 20), partial(module_state, share=0.4)),
    Case("I4.module_state_medium", "cross_user", "medium", (10, 20), partial(module_state, share=0.05)),
    Case("I4.module_state_twice", "cross_user", "hard", (10, 20), partial(module_state, share=0.05, most=2)),
    Case("I4.key_drop", "cross_user", "easy", (60, 120), partial(key_dropped, at_edge=True, echoed=True)),
    Case("I4.key_drop_behind", "cross_user", "medium", (60, 120), partial(key_dropped, at_edge=False, echoed=True)),
    Case("I4.key_drop_unnamed", "cross_user", "hard", (60, 120), partial(key_dropped, at_edge=False, echoed=False)),
    Case("I4.deception", "cross_user", "easy", (30, 60), partial(deception, logged_in=True, suffixes=SUFFIXES[:1])),
    Case(
        "I4.deception_odd", "cross_user", "medium", (30, 60), partial(deception, logged_in=True, suffixes=SUFFIXES[1:])
    ),
    Case(
        "I4.deception_stranger", "cross_user", "hard", (30, 60), partial(deception, logged_in=False, suffixes=SUFFIXES)
    ),
    Case("I4.caching_on", "cross_user", "medium", (52, 52), caching_on),
    Case("I4.same_tag", "cross_user", "medium", (60, 120), partial(same_tag, most=40)),
    Case("I4.same_tag_few", "cross_user", "hard", (60, 120), partial(same_tag, most=2)),
)
