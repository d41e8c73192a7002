"""What is wrong with a place that a program called, by class, list and oddities."""

from __future__ import annotations

import pytest

from detectors.allowlist import Allowlist
from detectors.facts import Facts, Zone
from detectors.outbound_targets import Via, allowed_hosts, is_printed_inside, suspicion

LIST = Allowlist(("api.partner.example", "*.payments.example", "stock.service.internal", "10.9.9.9"))
EMPTY = Allowlist(())

CALLS = [
    # place, address behind it, list, rule, severity if it answered, severity if not
    ("http://169.254.169.254", "", None, "internal", "critical", "high"),
    ("https://metadata.google.internal", "", LIST, "internal", "critical", "high"),
    ("https://[fd00:ec2::254]", "", None, "internal", "critical", "high"),
    ("http://127.0.0.1", "", None, "internal", "high", "medium"),
    ("https://localhost:9200", "", LIST, "internal", "high", "medium"),
    ("https://10.0.0.5", "", None, "internal", "high", "medium"),
    ("https://vault", "", None, "internal", "high", "medium"),
    ("https://consul.service.internal", "", LIST, "internal", "high", "medium"),
    ("https://a.1u.ms", "", None, "internal", "high", "medium"),
    ("https://203.0.113.66", "", None, "internal", "medium", "medium"),
    ("https://stock.service.internal", "10.40.0.12", LIST, "", "", ""),
    ("http://stock.service.internal:8080", "", LIST, "", "", ""),
    ("https://10.9.9.9", "", LIST, "", "", ""),
    ("https://api.partner.example", "", LIST, "", "", ""),
    ("https://api.partner.example.", "", LIST, "", "", ""),
    ("https://eu1.payments.example", "", LIST, "", "", ""),
    ("https://payments.example", "", LIST, "unlisted", "medium", "medium"),
    ("https://evil.example", "", LIST, "unlisted", "medium", "medium"),
    ("https://evil.example", "", EMPTY, "unlisted", "medium", "medium"),
    ("https://api.partner.example.evil.example", "", LIST, "unlisted", "medium", "medium"),
    ("http://evil.example", "", LIST, "unlisted", "high", "high"),
    ("https://evil.example:8443", "", LIST, "unlisted", "high", "high"),
    ("https://@evil.example", "", LIST, "unlisted", "high", "high"),
    ("https://8.8.8.8", "", LIST, "unlisted", "high", "high"),
    ("https://8.8.8.8.nip.io", "", LIST, "unlisted", "high", "high"),
    ("https://xn--bcher-kva.example", "", LIST, "unlisted", "high", "high"),
    ("https://xn--pi-6kc.partner.example", "", LIST, "imitated", "high", "high"),
    ("https://api.partner.example", "10.20.0.7", LIST, "private_origin", "high", "high"),
    ("https://api.partner.example", "10.9.9.9", LIST, "", "", ""),
    ("https://@api.partner.example", "", LIST, "userinfo", "low", "low"),
    ("https://api.partner.example:8443", "", LIST, "port", "low", "low"),
    ("http://api.partner.example", "", LIST, "plain", "low", "low"),
    ("gopher://api.partner.example", "", LIST, "scheme", "medium", "medium"),
    ("gopher://evil.example", "", None, "scheme", "high", "high"),
    ("https://@evil.example", "", None, "userinfo", "medium", "medium"),
    ("https://evil.example", "", None, "", "", ""),
    ("http://evil.example:81", "10.0.0.1", None, "", "", ""),
    ("invalid:", "", LIST, "", "", ""),
]


@pytest.mark.parametrize(("place", "reached", "hosts", "rule", "answered", "refused"), CALLS)
def test_a_call_is_judged_by_class_list_and_oddities(
    place: str, reached: str, hosts: Allowlist | None, rule: str, answered: str, refused: str
) -> None:
    found = suspicion(place, reached, Via.CALL, hosts)
    assert (found and found.rule, found and found.severity, found and found.refused) == (
        (rule, answered, refused) if rule else (None, None, None)
    )


@pytest.mark.parametrize(
    ("via", "place", "hosts", "severity"),
    [
        (Via.REDIRECT, "http://169.254.169.254", LIST, "high"),
        (Via.REDIRECT, "http://10.0.0.5", None, "high"),
        (Via.REDIRECT, "http://203.0.113.66", None, "low"),
        (Via.REDIRECT, "https://evil.example", LIST, "low"),
        (Via.REDIRECT, "http://evil.example", LIST, "medium"),
        (Via.REDIRECT, "https://evil.example", None, ""),
        (Via.REDIRECT, "http://api.partner.example", LIST, ""),
        (Via.CONSOLE, "https://@evil.example", LIST, "high"),
        (Via.CONSOLE, "https://@203.0.113.66", LIST, "high"),
        (Via.CONSOLE, "https://@evil.example", None, "medium"),
        (Via.CONSOLE, "https://xn--pi-6kc.partner.example", LIST, "medium"),
        (Via.CONSOLE, "https://evil.example", LIST, "low"),
        (Via.CONSOLE, "https://evil.example", None, ""),
        (Via.CONSOLE, "http://10.0.0.5", LIST, ""),
        (Via.CONSOLE, "http://@api.partner.example", LIST, ""),
        (Via.GATEWAY, "http://169.254.169.254", None, "critical"),
        (Via.GATEWAY, "https://a.rbndr.us", None, "high"),
        (Via.GATEWAY, "http://10.0.0.5", None, ""),
        (Via.GATEWAY, "http://news.example", None, ""),
        (Via.GATEWAY, "http://10.0.0.5", LIST, "high"),
        (Via.GATEWAY, "https://evil.example", LIST, "medium"),
    ],
)
def test_what_is_no_call_is_judged_by_what_it_can_mean(
    via: Via, place: str, hosts: Allowlist | None, severity: str
) -> None:
    found = suspicion(place, "", via, hosts)
    assert (found.severity.value if found else "") == severity


def test_what_a_program_prints_of_the_inside_is_learned_unless_it_is_allowed() -> None:
    assert is_printed_inside("http://10.0.0.5", None)
    assert is_printed_inside("http://10.0.0.5", LIST)
    assert not is_printed_inside("http://stock.service.internal", LIST)
    assert not is_printed_inside("https://evil.example", None)


SAID = {"outbound_hosts": {"allow": ("api.partner.example",)}}
PLACE = {"account": "acc", "zone": "shop.example", "script": "shop-edge"}


def test_a_zones_own_hosts_and_backends_are_allowed_where_there_is_a_list() -> None:
    zone = Zone("acc", ("www.shop.example",), (), ("orders.origin.example", "no host"))
    hosts = allowed_hosts(Facts(everywhere=SAID, of_zone={"shop.example": zone}), **PLACE, via=Via.CALL)
    for name in ("www.shop.example", "orders.origin.example", "api.partner.example"):
        assert suspicion(f"https://{name}", "", Via.CALL, hosts) is None
    assert suspicion("https://x.shop.example", "", Via.CALL, hosts)
    assert allowed_hosts(Facts(of_zone={"shop.example": zone}), **PLACE, via=Via.CALL) is None


def test_people_behind_a_gateway_are_held_to_the_list_of_their_account_alone() -> None:
    everywhere = Facts(everywhere=SAID, zones={"shop.example": SAID})
    assert allowed_hosts(everywhere, **PLACE, via=Via.GATEWAY) is None
    assert allowed_hosts(Facts(accounts={"acc": SAID}), **PLACE, via=Via.GATEWAY) is not None
