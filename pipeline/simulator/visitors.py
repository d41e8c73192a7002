"""The clients of a zone: users it knows by a token and a session, strangers, and machines that say what they are."""

from __future__ import annotations

from random import Random

import orjson

from pipeline.simulator.agents import BROWSERS
from pipeline.simulator.base import DAY, Client
from pipeline.simulator.chance import stream
from pipeline.simulator.geography import PLACES, Network, Place, address
from pipeline.simulator.tokens import signed, token
from pipeline.simulator.world import Zone

_MOST_KEPT = 20_000


class Visitors:
    """The clients of one zone. Users stay who they are; their tokens change every day."""

    def __init__(self, seed: int, zone: Zone) -> None:
        """Take the seed of everything and the zone."""
        self._seed, self._zone = seed, zone
        self._users: dict[int, Client] = {}
        self._day = -1

    def user(self, number: int, second: int) -> Client:
        """Return the user of this number as it comes at this time, in seconds since 1970."""
        day = second // DAY
        if day != self._day or len(self._users) >= _MOST_KEPT:
            self._users.clear()
            self._day = day
        known = self._users.get(number)
        if known is None:
            known = self._users[number] = self._user(number, day)
        return known

    def _user(self, number: int, day: int) -> Client:
        zone = self._zone
        rng = stream(self._seed, zone.index, "user", number)
        who = identity(zone, number)
        place = rng.choice(zone.places)
        network, agent = rng.choice(place.networks), rng.choice(BROWSERS)
        ip, session = address(rng, network), token(rng, 24)
        rng = stream(self._seed, zone.index, "token", number, day)
        shown = user_token(rng, zone, who, day) if number % 2 else token(rng, 30)
        return client(rng, number, place, network, ip, agent, known=(who, f"Bearer {shown}", session))

    def stranger(self, rng: Random) -> Client:
        """Return someone new who is not logged in."""
        place = rng.choice(self._zone.places)
        network = rng.choice(place.networks)
        return client(rng, rng.getrandbits(30), place, network, address(rng, network), rng.choice(BROWSERS))


def identity(zone: Zone, number: int) -> str:
    """Return the user id of a user; the first ones are staff."""
    return zone.staff[number] if number < len(zone.staff) else f"u-{zone.index:02}-{100_000 + number * 37}"


def user_token(rng: Random, zone: Zone, who: str, day: int, issuer: str = "", audience: str = "") -> str:
    """Make the signed token of a user for a day; issuer and audience are the zone's own unless said."""
    claims = {
        "iss": issuer or f"https://login.{zone.name}/",
        "aud": audience or f"{zone.name}-app",
        "sub": who,
        "exp": (day + 1) * DAY,
    }
    return signed(rng, orjson.dumps(claims))


def machine(rng: Random, network: Network, agent: str, ip: str = "", *, bot: str = "") -> Client:
    """Return a client that is a program; `bot` is the category of one that the edge knows and trusts."""
    return client(rng, rng.getrandbits(30), rng.choice(PLACES), network, ip or address(rng, network), agent, bot=bot)


def client(
    rng: Random,
    number: int,
    place: Place,
    network: Network,
    ip: str,
    agent: str,
    *,
    known: tuple[str, str, str] = ("", "", ""),
    bot: str | None = None,
) -> Client:
    """Make a client; `known` are its user id, authorization header and session; `bot` is None for a person."""
    who, authorization, session = known
    language = {"us": "en-US", "gb": "en-GB", "in": "en-IN"}.get(place.country, place.country)
    headers = {"accept-language": language}
    if authorization:
        headers |= {"authorization": authorization, "x-user-id": who}
    cookies = {"session": session, "lang": language} if session else {"lang": language}
    colo = place.colo_id
    return Client(
        number,
        ip,
        network.number,
        place.country,
        place.colo,
        agent,
        who,
        authorization,
        session,
        _seen(rng, place, network, ip, agent, bot)[:-1],
        _json(cookies),
        _json(headers)[:-1],
        f"172.{64 + colo % 8}.{colo}.{1 + rng.getrandbits(6)}",
    )


def _seen(rng: Random, place: Place, network: Network, ip: str, agent: str, bot: str | None) -> str:
    phone = "Mobile" in agent
    automatic = bot is not None
    score, source = (
        (1, "Verified Bot") if bot else (2, "Heuristics") if automatic else (40 + rng.randrange(60), "Machine Learning")
    )
    return _json(
        {
            "BotScore": score,
            "BotScoreSrc": source,
            "ClientASN": network.number,
            "ClientCity": place.city,
            "ClientCountry": place.country,
            "ClientDeviceType": "mobile" if phone else "desktop",
            "ClientIP": ip,
            "ClientIPClass": "noRecord",
            "ClientLatitude": place.latitude,
            "ClientLongitude": place.longitude,
            "ClientRegionCode": place.region,
            "ClientRequestProtocol": "HTTP/1.1" if automatic else "HTTP/2",
            "ClientRequestUserAgent": agent,
            "ClientSSLCipher": "AEAD-AES128-GCM-SHA256",
            "ClientSSLProtocol": "TLSv1.3",
            "ClientTCPRTTMs": 4 + rng.getrandbits(6),
            "EdgeColoCode": place.colo,
            "EdgeColoID": place.colo_id,
            "JA3Hash": rng.randbytes(16).hex(),
            "JA4": f"t13d{1516 if phone else 1717}h2_{rng.getrandbits(48):012x}_{rng.getrandbits(48):012x}",
            "VerifiedBotCategory": bot or "",
        }
    )


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
