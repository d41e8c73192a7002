"""Names: which tell of a credential, a session or a number to hide, and which only look as if."""

from __future__ import annotations

import pytest

from redactors.names import SHORT_RULE_IDS, class_of_name, secrecy
from tests.laws.stage import rules

KINDS = {
    "credential": "password passwd api_key apiKey API-KEY x-api-key Authorization access_token accessToken "
    "refresh_token id_token client_secret clientSecret private_key aws_secret_access_key AWSAccessKeyId jwt auth "
    "auth_token userAuthToken csrf_token X-CSRF-Token SAMLRequest SAMLResponse Signature sig X-Amz-Signature "
    "X-Amz-Credential X-Amz-Security-Token X-Goog-Signature ACCESS_Token to%6Ben to%256Ben user[password] "
    "user%5Btoken%5D bot_token license_key",
    "session": "session sessionid session_id sessionId PHPSESSID JSESSIONID connect.sid sid __Host-sid "
    "ASP.NET_SessionId remember_me",
    "pin": "otp pin cvv cvc ssn card cardNumber credit_card user_otp",
    "": "monkey keyboard is_authenticated max_tokens cache_key error_code RayID ParentRayID JA3Hash JA4 tokens "
    "token_type token_count total_tokens public_key primary_key sort_key foreign_key idempotency-key status_code "
    "author authority keynote hotkey turkey passenger passport bypass compass tokenizer spin shipping opinion "
    "cardinal pinterest session_count page lang utm_source token_id token_name",
}


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for kind, names in KINDS.items() for name in names.split()])
def test_a_name_tells_what_kind_of_secret_stands_under_it(name: str, kind: str) -> None:
    assert secrecy(name) == kind


CLASSES = {
    "url": "url URL href location referer webhookUrl destination_conf",
    "query": "query queryString",
    "path": "path pathname",
    "headers": "headers requestHeaders",
    "cookies": "cookies",
    "email": "email userEmail actor_email",
    "ip": "ip client_ip newClientIP remoteAddr",
    "body": "body requestBody",
    "text": "Message monkey description curl flourish",
}


@pytest.mark.parametrize(("name", "want"), [(name, kind) for kind, names in CLASSES.items() for name in names.split()])
def test_a_name_tells_the_field_class_in_an_object(name: str, want: str) -> None:
    assert class_of_name(name) == want


def test_a_name_of_any_length_is_judged_by_its_ends() -> None:
    assert secrecy("x" * 100_000 + "_password") == "credential"
    assert secrecy("monkey" * 100_000) == ""


LOOKALIKES = {"full width": "\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44", "Cyrillic a": "p\u0430ssword"}


@pytest.mark.parametrize("name", LOOKALIKES.values(), ids=LOOKALIKES)
def test_a_name_in_letters_that_look_alike_tells_the_same(name: str) -> None:
    assert secrecy(name) == "credential"


def test_a_mark_in_a_name_tells_nothing() -> None:
    assert secrecy("[session~CG.6XDKEEBEW4FVV6IM3U6R]") == ""
    assert secrecy("[credential]") == ""


def test_rules_with_one_word_for_an_id_are_known_where_their_mark_stands_for_a_name() -> None:
    ids = {rule.id for rule in rules().rules if "-" not in rule.id}
    assert ids - {"email"} == set(SHORT_RULE_IDS)
