"""Open findings as alerts in Alertmanager (API v2), sent again and again until they close. Knows them over restarts."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson

from detectors.findings import rfc3339
from pipeline.delivering import Delivery, Refused, Unavailable
from pipeline.posting import Poster
from pipeline.private import replace_private
from pipeline.service_sink import NOBODY_KNOWS_US
from redactors.base import ConfigurationError

VERSION: Final = 1
ALERTS: Final = "/api/v2/alerts"
RESEND: Final = 60.0
"""Seconds from one sending of what is open to the next."""
_ENDS_AFTER: Final = 300_000
"""Milliseconds: where nobody sends it again, an alert ends by itself after so long."""
_AT_ONCE: Final = 500
_RIGHT, _FINAL = 200, 400
_TEXT: Final = 2000

Said = dict[str, Any]


@dataclass(slots=True)
class AlertSink:
    """Deliveries are findings, a JSON object a line. Late findings and attempts make no alert."""

    poster: Poster
    file: Path
    """Where open findings are kept."""
    clock: Callable[[], float]
    _open: dict[str, Said] = field(default_factory=dict)
    """By group, its alert and the ids of its open findings."""

    def load(self) -> None:
        """Read what was open when the program ended.

        Raises:
            ConfigurationError: it is not readable.

        """
        if not self.file.exists():
            return
        try:
            said = orjson.loads(self.file.read_bytes())
        except (OSError, ValueError):
            said = None
        if not isinstance(said, dict) or said.get("version") != VERSION:
            message = f"{self.file}: unreadable state; right would be the file as this version of edgesieve wrote it"
            raise ConfigurationError(message)
        self._open = said["open"]

    async def write(self, deliveries: Sequence[Delivery]) -> None:
        """Return once Alertmanager has heard of what changed, and what is open is on the disk.

        Raises:
            Refused: Alertmanager says that an alert is none.
            Unavailable: it cannot be asked now.

        """
        changed: dict[str, Said] = {}
        for each in deliveries:
            for line in each.body.splitlines():
                self._hear(orjson.loads(line), changed)
        await asyncio.to_thread(self._save)
        await self._send([*changed.values()])

    async def resend(self) -> None:
        """Tell again of all that is open, for ever; to be run beside."""
        while True:
            with suppress(Unavailable, Refused):  # alerts live for five minutes, and the next write tells of it
                await self._send([*self._open.values()])
            await asyncio.sleep(RESEND)

    async def close(self) -> None:
        """Close the connections; alerts end by themselves unless someone goes on."""
        await self.poster.close()

    def _hear(self, said: Said, changed: dict[str, Said]) -> None:
        if said["late"] or said["tier"] == "attempt":
            return
        group = _group(said)
        ids = {*self._open.get(group, {}).get("ids", ())}
        ids = ids - {said["id"]} if said["status"] == "closed" else ids | {said["id"]}
        alert = {**_alert(said, group), "ids": sorted(ids)}
        changed[group] = alert
        if ids:
            self._open[group] = alert
        else:
            self._open.pop(group, None)

    def _save(self) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace_private(self.file, orjson.dumps({"version": VERSION, "open": self._open}))

    async def _send(self, alerts: Sequence[Said]) -> None:
        now = int(self.clock() * 1000)
        for at in range(0, len(alerts), _AT_ONCE):
            body = [
                {
                    "labels": each["labels"],
                    "annotations": each["annotations"],
                    "startsAt": each["startsAt"],
                    "endsAt": rfc3339(now + _ENDS_AFTER if each["ids"] else now),
                }
                for each in alerts[at : at + _AT_ONCE]
            ]
            answer = await self.poster.post(orjson.dumps(body), {"Content-Type": "application/json"})
            if answer.status == _FINAL:
                message = "it answered 400: no alert, by what it knows"
                raise Refused(message)
            if answer.status != _RIGHT:
                hint = NOBODY_KNOWS_US.get(answer.status, "")
                raise Unavailable(f"it answered {answer.status}" + (f"; {hint}" if hint else ""), answer.after)


def _group(said: Said) -> str:
    """Name what alerts group by: detector, rule and key, over all panes."""
    spelt = orjson.dumps([said["detector"], said["rule"], said["key"]])
    return hashlib.blake2b(spelt, digest_size=6).hexdigest()


def _alert(said: Said, group: str) -> Said:
    name = "".join(word.capitalize() for word in said["detector"].split("_"))
    labels = {"alertname": f"Edgesieve{name}", "group": group}
    labels |= {label: said[label] for label in ("detector", "rule", "severity", "tier", "account", "zone", "script")}
    lines = said["summary"].split("\n") + [f"Next: {each}" for each in said["next"]]
    rays = [each["ray_id"] for each in said["evidence"] if each["ray_id"]]
    annotations = {
        "summary": lines[0],
        "description": "\n".join(lines[1:])[:_TEXT],
        "subject": said["subject"],
        "route": said["route"],
        "count": str(said["count"]),
        "affected": str(said["affected"]),
        "rays": " ".join(rays),
        "began_with": said["began_with"],
        "quiet_with": said["quiet_with"],
        "finding": said["id"],
        "runbook_url": said["runbook"],
    }
    return {
        "labels": {label: value for label, value in labels.items() if value},
        "annotations": {label: value for label, value in annotations.items() if value},
        "startsAt": said["first_seen"],
    }
