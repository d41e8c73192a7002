"""What a name says of its value: the table of credential names, and of field classes by name in nested objects."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from redactors.escapes import unquote
from redactors.marks import CLASS_MARKS

CREDENTIAL = "credential"
SESSION = "session"
PIN = "pin"
"""A credential that may be a number."""

_LONGEST = 128
"""Of a longer name only the ends are read, so that what is remembered stays small."""
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_a-zA-Z]+")

SHORT_RULE_IDS = ("bearer", "card", "iban", "jwt", "macaroon", "phone", "ssn")
"""Secret rules whose ids are one word: a plain mark of theirs, in a name's place, is not the name of a value."""
_MARK = re.compile(
    rf"(?<![A-Za-z0-9_\]])(?:\[(?:{'|'.join((*CLASS_MARKS, *SHORT_RULE_IDS))}|[a-z][a-z0-9]*(?:-[a-z0-9]+)+)\])+"
    r"(?!\[)'*|\[[a-z][a-z0-9-]*~[A-Z2-7]{2}\.[A-Z2-7]{20}\]'*"
)
"""A mark in a name's place, or in it, says nothing of the value; `user[token]` and `[a][token]` are none."""

_PIN_WORDS = frozenset({"otp", "totp", "pin", "cvv", "cvc", "csc", "ssn"})
_PIN_ENDS = frozenset({"code", "number", "value", "token", "digits"})
_WORDPRESS = "wordpressloggedin"
"""WordPress writes a hash behind it."""
_PIN_NAMES = frozenset(
    {"ccnumber", "card", "cardnumber", "cardno", "creditcard", "pan", "onetimecode", "mfacode", "twofactorcode"}
)
_SECRET_WORDS = frozenset(
    "creds cred dsn passkey sas jwts passwords dbpass motdepasse senha wachtwoord parola kennwort salasana "
    "password passwd passwort passphrase passcode pwd pass secret secrets credential credentials authorization jwt "
    "bearer apikey signature sig hmac csrf xsrf saml samlrequest samlresponse assertion cookie mnemonic privkey".split()
)
_LAST_WORDS = frozenset(
    {"token", "auth", "authentication", "authkey", "accesskey", "secretkey", "privatekey", "nonce", "seed"}
)
"""Words that make a credential at the end of a name only: `x_token`, not `token_type`."""
_KEY_OWNERS = frozenset(
    "api access secret private auth encryption signing master account storage subscription client service session "
    "license ssh deploy app application consumer shared admin webhook write read ingest ingestion integration sas pem "
    "aws azure gcp stripe sendgrid mailgun twilio openai anthropic dd datadog".split()
)
"""Words that make a `key` a credential: `api_key`, not `cache_key`."""
_SUFFIXES = tuple(
    "password passwd passphrase secret apikey accesskey privatekey secretkey authkey authtoken accesstoken "
    "refreshtoken idtoken bearertoken apitoken csrftoken xsrftoken sessiontoken usertoken middlewaretoken".split()
)
_TOKEN_FOLLOWERS = frozenset(
    {"value", "secret", "key", "raw", "string", "header", "data", "encoded", "b64", "old", "new", "prod", "dev", "test"}
)
_PLURAL_OWNERS = frozenset("access refresh auth api id session bearer user reset".split())
"""Words that make `tokens` and `codes` secrets: `refresh_tokens`, not `max_tokens`."""
_CODE_OWNERS = frozenset("auth authorization verification recovery backup device reset mfa sms".split())
_OWNERS = {
    "tokens": _PLURAL_OWNERS,
    "keys": _KEY_OWNERS,
    "code": _CODE_OWNERS,
    "codes": _CODE_OWNERS,
}
"""Words that make the last word a secret only behind one of these."""
_FOREIGN_WORDS = ("contraseña", "hasło", "пароль", "密码", "密碼", "パスワード", "şifre", "heslo")
_SECRET_NAMES = frozenset(
    "motdepasse codeverifier authheader authdata connectionstring connstring privkey mnemonic sessiondata slackwebhook "
    "webhooksecret seedphrase sess".split()
)
_SESSION_NAMES = frozenset(
    "session sessionid sessid sid ssid phpsessid jsessionid connectsid aspnetsessionid sessiontoken sessionkey "
    "vercelsession vercel_jwt laravelsession rememberme remember remembertoken clearance cfclearance cfauthorization "
    "cfaccess wordpressloggedin loggedin sso ssotoken idsession usersession authsession cfbm cfruid".split()
)
_SESSION_SUFFIXES = ("sessid", "sessionid", "session", "sessionkey", "sessiontoken", "loggedin")
_HARMLESS = frozenset(
    "maxtokens totaltokens prompttokens completiontokens inputtokens outputtokens tokens tokencount tokentype "
    "cachekey primarykey publickey partitionkey sortkey errorcode statuscode authtype authmethod authstatus "
    "isauthenticated authenticated passed passthrough bypass nosecret securitysession rayid parentrayid ja3hash ja4 "
    "tokenid tokenname authtime signaturealgorithm signaturemethod sigalg signaturetype sessioncount sessions "
    "sessionaffinity passcount signedheaders samesite cookiename cookiedomain cookiepath cookieconsent".split()
)

_CLASS_OF_NAME = {
    "url": "url uri href link location referer referrer requesturl requesturi pageurl callbackurl redirecturl "
    "redirecturi webhookurl destinationconf originurl targeturl nexturl returnurl returnto endpointurl serverurl",
    "query": "query querystring search rawquery urlquery",
    "path": "path pathname requestpath",
    "headers": "headers requestheaders responseheaders reqheaders resheaders httpheaders rawheaders",
    "cookies": "cookies requestcookies",
    "email": "email emailaddress mailfrom rcptto useremail actoremail mail",
    "ip": "ip ips clientip remoteaddr remoteip ipaddress clientaddress sourceip srcip cfconnectingip xrealip "
    "xforwardedfor",
    "body": "body requestbody responsebody rawbody payload",
    "identity": "userid useridentifier accountuserid customerid",
    "geo": "latitude longitude lat lon lng",
    "safe": "encryptedmatcheddata",
    "ray": "rayid parentrayid cfray",
}
_TELLING_ENDS = frozenset({"ip", "ips", "url", "uri", "href", "referer", "referrer", "email", "headers", "cookies"})
"""Last words that tell the class whatever stands before: `newClientIP`, `webhookUrl`."""
_CLASSES = {name: field_class for field_class, names in _CLASS_OF_NAME.items() for name in names.split()}


def words(name: str) -> list[str]:
    """Split a name to its words in small letters.

    >>> words("userAuthToken"), words("x-api-key")
    (['user', 'auth', 'token'], ['x', 'api', 'key'])
    """
    if name.isascii() and name.isalpha() and name.islower():
        return [name]
    if "[" in name:
        name = _MARK.sub("", name)
    if "%" in name:
        name = unquote(unquote(name))
    if not name.isascii():
        name = _latin(name)
    return [word.lower() for word in _WORD.findall(name)]


def secrecy(name: str) -> str:
    """Tell what kind of secret a value under this name is: credential, session, pin, or empty for none.

    >>> secrecy("x-api-key"), secrecy("PHPSESSID"), secrecy("otp"), secrecy("cache_key"), secrecy("monkey")
    ('credential', 'session', 'pin', '', '')
    """
    return _secrecy(name if len(name) <= _LONGEST else name[: _LONGEST // 2] + name[-_LONGEST // 2 :])


@lru_cache(maxsize=8192)
def _secrecy(name: str) -> str:
    if not name.isascii() and any(word in name.lower() for word in _FOREIGN_WORDS):
        return CREDENTIAL
    parts = words(name)
    if not parts or "".join(parts) in _HARMLESS:
        return ""
    while len(parts) > 1 and (parts[-1].isdigit() or parts[-1] == "v"):
        parts.pop()
    whole = "".join(parts)
    if (
        whole in _PIN_NAMES
        or parts[-1] in _PIN_WORDS
        or (parts[-1] in _PIN_ENDS and not _PIN_WORDS.isdisjoint(parts[-2:-1]))
    ):
        return PIN
    if whole in _SESSION_NAMES or parts[-1] == "sid" or whole.endswith(_SESSION_SUFFIXES) or _WORDPRESS in whole:
        return SESSION
    return CREDENTIAL if _is_credential(parts, whole) else ""


def _is_credential(parts: list[str], whole: str) -> bool:
    if not _SECRET_WORDS.isdisjoint(parts) or parts[-1] in _LAST_WORDS or whole.endswith(_SUFFIXES):
        return parts[0] not in {"is", "has", "requires", "needs", "no"}
    if whole in _SECRET_NAMES:
        return True
    if parts[-1] in _OWNERS and len(parts) > 1:
        return parts[-2] in _OWNERS[parts[-1]]
    if "token" in parts[:-1]:
        return parts[parts.index("token") + 1] in _TOKEN_FOLLOWERS
    return "key" in parts[1:] and parts[parts.index("key", 1) - 1] in _KEY_OWNERS


def class_of_name(name: str) -> str:
    """Tell the field class of a value under this name in a nested object; text where the name says nothing.

    >>> class_of_name("URL"), class_of_name("destination_conf"), class_of_name("Message")
    ('url', 'url', 'text')
    """
    return _class_of_name(name) if len(name) <= _LONGEST else "text"


@lru_cache(maxsize=4096)
def _class_of_name(name: str) -> str:
    parts = words(name)
    for tail in ("".join(parts), "".join(parts[-2:])):
        if tail in _CLASSES:
            return _CLASSES[tail]
    return _CLASSES.get(parts[-1], "text") if parts and parts[-1] in _TELLING_ENDS else "text"


@lru_cache(maxsize=8192)
def told_by(name: str) -> str:
    """Tell what a value under a short name is, where that makes it be marked in text: its secrecy, `ip`, or nothing.

    >>> told_by("otp"), told_by("remote_ip"), told_by("status")
    ('pin', 'ip', '')
    """
    return _secrecy(name) or ("ip" if class_of_name(name) == "ip" else "")


_INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\u00ad\ufeff")
_LOOKALIKES = str.maketrans("аеорсухіѕјԁһкАВЕКМНОРСТХІЅαοερı", "aeopcyxisjdhkABEKMHOPCTXISaoepi")
_KELVIN = "\u212a"
"""Folds to a capital letter, which would part a word in two."""


def _latin(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name.replace(_KELVIN, "k")).translate(_LOOKALIKES)
    return "".join(letter for letter in folded if not unicodedata.combining(letter) and letter not in _INVISIBLE)
