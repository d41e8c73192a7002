"""I7: a secret is written to a log that was never meant for it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable

from pipeline.simulator.base import Exchange
from pipeline.simulator.cases import Case, Effect, Stage
from pipeline.simulator.extras import moments, some_user
from pipeline.simulator.tokens import SECRETS, base62
from pipeline.simulator.visits import plain

_GITHUB, _NPM, _AWS = SECRETS[:3]
_FORMATS = SECRETS[3:8]
_HEAD = "/api/v2/me/checkout"

Print = Callable[[Exchange], None]


def in_a_loop(stage: Stage) -> Effect:
    """Print the same secret again and again."""
    secret = stage.rng.choice(_FORMATS)(stage.rng)
    return _printed(stage, 60, lambda x: _tell(stage, x, secret, f"retry with key {secret} in 3s"))


def once(stage: Stage) -> Effect:
    """Print a secret once."""
    secret = stage.rng.choice((_GITHUB, _NPM))(stage.rng)
    return _printed(stage, 1, lambda x: _tell(stage, x, secret, f"config token={secret} region=eu"))


def split(stage: Stage) -> Effect:
    """Print its halves apart: the key's id in one line, the key in the next."""
    key_id, key = _AWS(stage.rng), base62(stage.rng, 40)

    def tell(x: Exchange) -> None:
        _tell(stage, x, key_id, f"upload as {key_id}")
        _tell(stage, x, key, f"aws_secret_access_key={key}")

    return _printed(stage, 1, tell)


def encoded(stage: Stage) -> Effect:
    """Print the base64 of a password."""
    secret = b64encode(f"shop-sync:{base62(stage.rng, 18)}".encode()).decode()
    return _printed(stage, 2, lambda x: _tell(stage, x, secret, f"sent Authorization: Basic {secret}"))


def thrown(stage: Stage) -> Effect:
    """Throw an error whose message quotes the address of a database, password included."""
    secret = base62(stage.rng, 22)

    def tell(x: Exchange) -> None:
        x.status, x.etag, x.answered = 500, "", ""
        x.failure = ("Error", f"connect postgres://shop:{secret}@db.origin.example:5432/orders: connection refused")
        stage.show(x, token=secret)

    return _printed(stage, 4, tell)


def _printed(stage: Stage, count: int, tell: Print) -> Effect:
    route = stage.zone.route(_HEAD)
    stage.blame(route)

    def make(at: int) -> Exchange:
        x = plain(stage.zone, stage.rng, some_user(stage)(at), route, at)
        tell(x)
        return x

    return Effect(more=moments(stage, count, make))


def _tell(stage: Stage, x: Exchange, secret: str, text: str) -> None:
    x.console.append(("log", text))
    stage.show(x, token=secret)


ROWS = (
    Case("I7.loop", "secret_exposure", "easy", (30, 60), in_a_loop),
    Case("I7.once", "secret_exposure", "medium", (60, 120), once),
    Case("I7.thrown", "secret_exposure", "medium", (60, 120), thrown),
    Case("I7.split", "secret_exposure", "hard", (60, 120), split),
    Case("I7.base64", "secret_exposure", "hard", (60, 120), encoded),
)
