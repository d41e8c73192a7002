"""The odd places in which a secret may stand, each as a function from the secret to one log line."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias
from urllib.parse import quote

Place = Callable[[str], bytes]

Form: TypeAlias = "str | int | Callable[[str], str] | Sequence[Form] | Mapping[str, Form]"
"""A value of a record; `{}` in any string or name, and the argument of any function, is the secret."""


def _line(record: Mapping[str, object]) -> bytes:
    return json.dumps(record).encode()


def _request(**fields: Form) -> Place:
    """Return a place in a request."""
    base = {"RayID": "7a1f7ad4df2f870a", "EdgeResponseStatus": 200, "ClientRequestHost": "www.shop.example"}
    return lambda secret: _line(base | _filled_names(fields, secret))


def _trace(message: Form, **fields: Form) -> Place:
    """Return a place in a trace event, in what was written to the console unless fields say else."""
    base = {"ScriptName": "shop-edge", "Outcome": "ok", "EventType": "fetch", "EventTimestampMs": 1}
    logs: dict[str, Form] = {"Logs": [{"Level": "log", "Message": message, "TimestampMs": 1}], "Exceptions": []}
    return lambda secret: _line(base | _filled_names(logs | fields, secret))


def _filled(form: Form, secret: str) -> object:
    if isinstance(form, str):
        return form.replace("{}", secret)
    if isinstance(form, int):
        return form
    if isinstance(form, Mapping):
        return _filled_names(form, secret)
    return [_filled(inner, secret) for inner in form] if isinstance(form, Sequence) else form(secret)


def _filled_names(form: Mapping[str, Form], secret: str) -> dict[str, object]:
    return {name.replace("{}", secret): _filled(inner, secret) for name, inner in form.items()}


def _json(form: Form) -> Callable[[str], str]:
    return lambda secret: json.dumps(_filled(form, secret))


def _basic(secret: str) -> str:
    return "Basic " + base64.b64encode(f"ada:{secret}".encode()).decode()


def _percent(text: str, rounds: int = 1) -> Callable[[str], str]:
    def encode(secret: str) -> str:
        made = text.replace("{}", secret)
        for _ in range(rounds):
            made = quote(made, safe="/")
        return made

    return encode


def _encoded(text: str) -> Callable[[str], str]:
    return lambda secret: text.replace("{}", quote(secret, safe=""))


def _escaped(text: str) -> Callable[[str], str]:
    return lambda secret: "".join(
        f"\\u{ord(letter):04x}" if letter in '?=&:/"' else letter for letter in text.replace("{}", secret)
    )


ANY_SECRET: Mapping[str, Place] = {
    "query value": _request(ClientRequestURI="/search?q=shoes&token={}&page=2"),
    "query value of an unknown name": _request(ClientRequestURI="/search?q={}"),
    "query name": _request(ClientRequestURI="/search?{}"),
    "fragment": _request(ClientRequestReferer="https://www.shop.example/cb#access_token={}&token_type=bearer"),
    "query behind a second question mark": _request(ClientRequestURI="/a?b=1?token={}"),
    "percent-encoded question mark": _request(ClientRequestURI=_percent("/p?token={}")),
    "doubly encoded question mark": _request(ClientRequestURI=_percent("/p?token={}", 2)),
    "overlong question mark": _request(ClientRequestURI="/p%C0%BFtoken={}"),
    "userinfo": _request(ClientRequestReferer="https://ada:{}@www.shop.example/x"),
    "userinfo without a password": _request(ClientRequestReferer=_encoded("https://{}@git.example/o/r.git")),
    "userinfo with an at sign": _request(ClientRequestReferer="https://u@d:{}@h.example/"),
    "protocol-relative": _request(ClientRequestReferer="//ada:{}@h.example/p?token={}"),
    "backslashes": _request(ClientRequestReferer="https:\\\\ada:{}@h.example\\p?token={}"),
    "tab in the scheme": _request(ClientRequestReferer=_encoded("ht\ttps://ada:{}@h.example/p")),
    "websocket URL": _request(ClientRequestReferer="wss://h.example/s?token={}"),
    "matrix parameter": _request(ClientRequestURI="/a;JSESSIONID={}/b?x=1"),
    "matrix parameter among others": _request(ClientRequestPath="/cars;token={};color=red/2012"),
    "nested URL in a path": _request(ClientRequestURI="/fetch/https%3A%2F%2Fu%3A{}%40h.example%2F"),
    "data URL": _request(ClientRequestReferer="data:text/plain,{}"),
    "cookie header": _request(RequestHeaders={"cookie": "theme=dark; session={}; lang=en"}),
    "cookie header without a name": _request(RequestHeaders={"cookie": "{}"}),
    "cookie header, parted badly": _request(RequestHeaders={"Cookie": "a=1;session={};b=2"}),
    "cookie of an unknown name": _request(RequestHeaders={"cookie": "pref={}"}),
    "cookie map": _request(Cookies={"sid": "{}", "lang": "{}"}),
    "cookie map of lists": _request(Cookies={"sid": ["{}", "x"]}),
    "set-cookie": _request(ResponseHeaders={"set-cookie": "sid={}; Path=/; HttpOnly"}),
    "set-cookie list": _request(ResponseFields={"set-cookie": ["a=1", "b={}"]}),
    "bearer": _request(RequestHeaders={"authorization": "Bearer {}"}),
    "bearer, small with spaces": _request(RequestHeaders={"Authorization": "bearer   {}"}),
    "basic": _request(RequestHeaders={"authorization": _basic}),
    "digest": _request(RequestHeaders={"authorization": 'Digest username="u", response="{}", nonce="n"'}),
    "authorization without a scheme": _request(RequestHeaders={"authorization": "{}"}),
    "authorization of an unknown scheme": _request(RequestHeaders={"authorization": "Custom {} x"}),
    "key header": _request(RequestHeaders={"x-api-key": "{}"}),
    "access assertion": _request(RequestHeaders={"cf-access-jwt-assertion": "{}"}),
    "unknown header": _request(RequestHeaders={"x-shop": "{}"}),
    "unknown header in a list": _request(RequestHeaders={"x-shop": ["a", "{}"]}),
    "referer header": _request(RequestHeaders={"referer": "https://h.example/p?token={}"}),
    "location header": _request(ResponseHeaders={"location": "/next#id_token={}"}),
    "link header": _request(ResponseHeaders={"link": '<https://h.example/p?api_key={}>; rel="next"'}),
    "policy header": _request(ResponseHeaders={"content-security-policy": "default-src 'self'; report-uri /r?t={}"}),
    "unknown field of a telling name": _request(SessionToken="{}"),
    "unknown field, nested": _request(Extra={"user": {"password": "{}"}}),
    "unknown field, a pair": _request(Extra=[{"name": "password", "value": "{}"}]),
    "unknown field, under a credential": _request(Extra={"auth": {"a": ["{}", {"b": "{}"}]}}),
    "unknown field, header map": _request(Extra={"headers": {"x-shop": "{}"}}),
    "unknown field, header list": _request(Extra={"headers": [{"name": "X-Shop", "value": "{}"}]}),
    "number field that holds an object": _request(EdgeResponseStatus={"password": "{}"}),
    "number field that holds a list": _request(EdgeColoID=["x", {"password": "{}"}]),
    "list field that holds an object": _request(BotTags=["x", {"password": "{}"}]),
    "headers in a string": _request(RequestHeaders="Accept: */*\nX-Shop: {}"),
    "headers in a list": _request(RequestHeaders=["X-Shop: {}", "Accept: */*"]),
    "cookies in a string": _request(Cookies="sid={}; a={}"),
    "url field that holds an object": _request(ClientRequestURI={"url": "/p?token={}", "password": "{}"}),
    "url field that holds a list": _request(ClientRequestURI=["/p?token={}"]),
    "subrequest": _request(Subrequests=[{"RayID": "def4560000000000", "ClientRequestURI": "/x?token={}"}]),
    "subrequest's headers": _request(Subrequests=[{"RayID": "d", "RequestHeaders": {"authorization": "Bearer {}"}}]),
    "key=value in a user agent": _request(ClientRequestUserAgent="sync/1.0 (api_key={})"),
    "key: value in text": _request(WAFMatchedVar="password: {}"),
    "quoted value in text": _request(WAFMatchedVar="password = '{}' rest"),
    "URL in text": _request(WAFMatchedVar="see https://h.example/p?x={} now"),
    "relative URL in text": _request(WAFMatchedVar="GET /p?x={} HTTP/1.1"),
    "userinfo in text": _request(WAFMatchedVar="postgres://app:{}@db.example/main"),
    "bearer in a URL in text": _request(WAFMatchedVar="https://h.example/?z=Bearer {}"),
    "header line in text": _request(WAFMatchedVar="Authorization: Bearer {}"),
    "cookie line in text": _request(WAFMatchedVar="Cookie: a=1; sid={}"),
    "JSON in text": _request(WAFMatchedVar=_json({"password": "{}"})),
    "JSON in JSON in text": _request(WAFMatchedVar=_json({"m": _json({"password": "{}"})})),
    "JSON cut off": _request(WAFMatchedVar='{"user":"ada","password":"{}'),
    "JSON inside a sentence": _request(WAFMatchedVar='payload {"password": "{}", "x": 1} sent'),
    "JSON with escaped quotes": _request(WAFMatchedVar='payload {\\"password\\":\\"{}\\"} sent'),
    "percent-encoded pair in text": _request(WAFMatchedVar=_percent("a&token={}&b")),
    "percent-encoded JSON in text": _request(WAFMatchedVar=_percent('{"password":"{}"}')),
    "doubly encoded pair in text": _request(WAFMatchedVar=_percent("a&token={}&b", 2)),
    "escaped signs in text": _request(WAFMatchedVar=_escaped("/p?token={}")),
    "HTML escapes in text": _request(WAFMatchedVar="?a=1&amp;token={}"),
    "bracketed parameter in text": _request(WAFMatchedVar="ARGS:user[profile][password]={}"),
    "userinfo behind one slash": _request(ClientRequestReferer="https:/ada:{}@h.example/x"),
    "list behind a prefix": _request(WAFMatchedVar='x {"password":["{}"]}'),
    "name and value behind a prefix": _request(WAFMatchedVar='x {"name":"password","value":"{}"} y'),
    "entries of a map": _request(Extra=[["theme", "dark"], ["password", "{}"]]),
    "name and value under other words": _request(Extra=[{"k": "password", "v": "{}", "a": 1, "b": 2, "c": 3}]),
    "bytes of Python": _request(WAFMatchedVar="password=b'{}'"),
    "assignment": _request(WAFMatchedVar='password := "{}"'),
    "comparison": _request(WAFMatchedVar="if password === '{}' then"),
    "element": _request(WAFMatchedVar="<a><password>{}</password></a>"),
    "flag": _request(WAFMatchedVar="run --password {} --verbose"),
    "quoted cookie in text": _request(WAFMatchedVar='Cookie: a=1; x="{}"'),
    "pair in a safe header": _request(RequestHeaders={"via": "1.1 x; password={}"}),
    "safe prefix, telling name": _request(RequestHeaders={"x-datadog-api-key": "{}"}),
    "joined Set-Cookie": _request(ResponseHeaders={"set-cookie": "a=1; Path=/, sid={}; HttpOnly"}),
    "cookies as name and value": _request(Cookies=[{"name": "lang", "value": "{}"}]),
    "texts where records belong": _request(Subrequests=["password={}"]),
    "console text": _trace(["login ok token={}"]),
    "console object": _trace([{"user": {"apiKey": "{}"}}]),
    "console JSON": _trace([_json({"session": "{}"})]),
    "console text, not in a list": _trace("login ok password={}"),
    "console text under a small name": _trace([], Logs=[{"level": "log", "message": ["token={}"]}]),
    "exception": _trace([], Exceptions=[{"Name": "Error", "Message": "bad token: {}", "Stack": "at https://h/?t={}"}]),
    "event URL": _trace([], Event={"Request": {"URL": "https://h.example/p?x={}"}, "RayID": "7a1f7ad4df2f870a"}),
    "event headers": _trace([], Event={"Request": {"Headers": {"x-shop": "{}", "cookie": "a={}"}}}),
    "audit value": lambda secret: _line(
        {
            "ActionType": "create",
            "ActorID": "a",
            "ID": "1",
            "Interface": "API",
            "When": 1,
            "ResourceType": "logpush",
            "NewValue": {"destination_conf": f"https://h.example/?header_Authorization=Basic%20{secret}"},
        }
    ),
    "firewall query": lambda secret: _line(
        {
            "Action": "block",
            "RayID": "r",
            "RuleID": "x",
            "MatchIndex": 0,
            "Kind": "firewall",
            "ClientRequestQuery": f"?a={secret}",
            "ClientRefererQuery": f"a={secret}",
        }
    ),
    "first of two equal names": lambda secret: (
        f'{{"RayID":"a","EdgeResponseStatus":200,"ClientRequestURI":"/p?x={secret}","ClientRequestURI":"/p"}}'.encode()
    ),
    "broken letter beside it": lambda secret: (
        f'{{"RayID":"a","EdgeResponseStatus":200,"ClientRequestURI":"/p?x={secret}\\ud800"}}'.encode()
    ),
    "broken byte beside it": lambda secret: (
        b'{"RayID":"a","EdgeResponseStatus":200,"ClientRequestURI":"/p?\xff=' + secret.encode() + b'"}'
    ),
    "not a number beside it": lambda secret: (
        f'{{"RayID":"a","EdgeResponseStatus":NaN,"WAFMatchedVar":"token={secret}"}}'.encode()
    ),
    "wide number beside it": lambda secret: (
        f'{{"RayID":"a","EdgeResponseStatus":123456789012345678901234567890,"WAFMatchedVar":"token={secret}"}}'.encode()
    ),
    "escaped field name": lambda secret: (
        f'{{"RayID":"a","EdgeResponseStatus":200,"Client\\u0052equestURI":"\\/p\\u003fx\\u003d{secret}"}}'.encode()
    ),
}
"""Where nothing of a secret may stay, whatever its form."""

RANDOM_TOKEN: Mapping[str, Place] = {
    "path segment": _request(ClientRequestPath="/files/{}/view"),
    "path segment of a URL": _request(ClientRequestURI="https://h.example/files/{}"),
    "text": _request(WAFMatchedVar="value {} seen"),
    "header name": _request(RequestHeaders={"{}": "x"}),
    "cookie name": _request(Cookies={"{}": "x"}),
    "cookie name in a header": _request(RequestHeaders={"cookie": "{}=1"}),
    "name in an object": _request(Extra={"{}": 1}),
    "name of a field": _request(**{"{}": 1}),
    "name under a credential": _request(Extra={"password": {"{}": 1}}),
    "console text": _trace(["got {}"]),
    "stack trace": _trace([], Exceptions=[{"Name": "Error", "Message": "x", "Stack": "at fn (/src/{}.js:1:2)"}]),
}
"""Where a long random token of mixed case and digits is known by its shape."""

AFTER_CAPABILITY: Mapping[str, Place] = {
    "reset path": _request(ClientRequestPath="/reset-password/{}"),
    "verify path": _request(ClientRequestURI="/auth/verify-email/{}/done?x=1"),
    "webhook path": _request(ClientRequestURI="https://h.example/webhooks/{}"),
    "camel case": _request(ClientRequestPath="/resetPassword/{}"),
    "encoded slash": _request(ClientRequestPath="/reset%2F{}"),
    "telling segment": _request(ClientRequestPath="/password/{}"),
    "share path in text": _request(WAFMatchedVar="opened /share/{} twice"),
}
"""Where whatever is no word, slug or version is marked."""

KNOWN_FORMAT: Mapping[str, Place] = {
    "path": _request(ClientRequestPath="/files/{}/view"),
    "safe field": _request(EdgeResponseContentType="{}"),
    "safe list": _request(BotTags=["{}"]),
    "host": _request(EdgeRequestHost="{}"),
    "forged mark": _request(ClientRequestUserAgent="[x~AA.{}]"),
    "forged mark in a path": _request(ClientRequestPath="/a/[token~AA.{}]"),
    "kept header": _request(RequestHeaders={"x-request-id": "{}"}),
    "header name": _request(RequestHeaders={"{}": "x"}),
    "field name": _request(**{"{}": 1}),
    "name in an object": _request(Extra={"a {}": 1, "b": {"{} ": 2}}),
    "text after a percent-encoded quote": _request(WAFMatchedVar="x%22{}%22"),
    "text after an escape": _request(WAFMatchedVar="line\n{}"),
    "console text": _trace(["got {}."]),
}
"""Where a token is known by its format."""
