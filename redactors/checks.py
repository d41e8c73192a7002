"""Check digits and structure of tokens: what a value must satisfy beyond its form."""

from __future__ import annotations

import binascii
import json
import math
import re
import zlib
from base64 import b64decode, urlsafe_b64decode
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SUM_LENGTH = 6
_IBAN_REMAINDER = 1
_IBAN_LENGTHS = {
    country: int(size)
    for size, countries in (
        pair.split(":")
        for pair in "15:NO 16:BE 18:DK,FO,FI,GL,NL,SD,FK 19:MK,SI 20:AT,BA,EE,KZ,XK,LT,LU,MN "
        "21:HR,LV,LI,CH 22:BH,BG,CR,GE,DE,IE,ME,RS,GB,VA 23:GI,IQ,IL,OM,SO,TL,AE 24:AD,CZ,MD,PK,RO,SA,SK,ES,SE,TN,VG "
        "25:LY,PT,ST 26:IS,TR 27:BI,DJ,FR,GR,IT,MR,MC,SM 28:AL,AZ,BY,CY,DO,SV,GT,HU,LB,NI,PL 29:BR,EG,PS,QA,UA "
        "30:JO,KW,MU,YE 31:MT,SC 32:LC 33:RU".split()
    )
    for country in countries.split(",")
}
"""Characters of an IBAN by country (IBAN registry)."""
_VALUES = bytes(byte - ord("0") if byte in b"0123456789" else 0 for byte in range(256))
_NO_DIGITS = bytes(byte for byte in range(256) if byte not in b"0123456789")
_DOUBLED = bytes(sum(divmod(2 * value, 10)) for value in range(10)) + bytes(246)
"""Digits to their values, what is left out, and the sum of the digits of each doubled: as tables, since texts of
nothing but numbers are checked a thousand times."""
_NETWORKS = (
    ("4", "4", (13, 16, 19)),  # Visa
    ("51", "55", (16,)),  # Mastercard
    ("2221", "2720", (16,)),
    ("34", "34", (15,)),  # American Express
    ("37", "37", (15,)),
    ("300", "305", (14, 16)),  # Diners Club
    ("36", "36", (14, 16, 19)),
    ("38", "39", (14, 16)),
    ("3528", "3589", (16, 19)),  # JCB
    ("6011", "6011", (16, 19)),  # Discover
    ("644", "659", (16, 19)),
    ("62", "62", (16, 17, 18, 19)),  # UnionPay
    ("50", "50", (16, 19)),  # Maestro
    ("56", "58", (16, 19)),
    ("63", "63", (16, 19)),
    ("67", "67", (16, 19)),
)
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_DNI_FIRST = {"X": "0", "Y": "1", "Z": "2"}
_CPF_LENGTH = 11
_PERCENT = re.compile("%[0-9A-Fa-f]{2}")
_PHONE_SHORTEST, _PHONE_LONGEST = 8, 15
_SSN_HIGHEST_AREA = 900
_VERHOEFF_PRODUCT = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_VERHOEFF_PERMUTATION = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 5, 7, 6, 2, 8, 3, 0, 9, 4),
    (5, 8, 0, 3, 7, 9, 6, 1, 4, 2),
    (8, 9, 1, 6, 0, 4, 3, 5, 2, 7),
    (9, 4, 5, 3, 1, 2, 6, 8, 7, 0),
    (4, 2, 8, 6, 5, 7, 3, 9, 0, 1),
    (2, 7, 9, 3, 8, 0, 6, 4, 1, 5),
    (7, 0, 4, 6, 9, 1, 3, 2, 5, 8),
)


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its test, and whether a value that fails it is left alone.

    A vendor's prefix is reason enough to redact; where a check does not decide, it only tells a real token from one
    that merely has its form.
    """

    holds: Callable[[str], bool]
    decides: bool


def _digits(value: str) -> bytes:
    return value.encode().translate(_VALUES, _NO_DIGITS)


def luhn(value: str) -> bool:
    """Tell whether the digits of `value` have a Luhn sum of zero and are not all alike."""
    digits = _digits(value)
    doubled = digits[-2::-2].translate(_DOUBLED)
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0 and len(set(digits)) > 1


def card(value: str) -> bool:
    """Tell whether a number has a card network's range and length, and a Luhn sum of zero."""
    digits = value.encode().translate(None, _NO_DIGITS).decode()
    return luhn(digits) and any(
        low <= digits[: len(low)] <= high and len(digits) in sizes for low, high, sizes in _NETWORKS
    )


def iban(value: str) -> bool:
    """Tell whether an IBAN has its country's length, and its digits leave the remainder 1 (ISO 13616, mod 97)."""
    bare = "".join(each for each in value if each.isalnum()).upper()
    if _IBAN_LENGTHS.get(bare[:2]) != len(bare):
        return False
    return int("".join(str(int(each, 36)) for each in bare[4:] + bare[:4])) % 97 == _IBAN_REMAINDER


def crc32_base62(value: str) -> bool:
    """Tell whether a token ends in the base62 CRC32 of what lies between its prefix and the sum."""
    body = value.rpartition("_")[2]
    number, expected = zlib.crc32(body[:-_SUM_LENGTH].encode()), ""
    for _ in range(_SUM_LENGTH):
        number, digit = divmod(number, len(_BASE62))
        expected = _BASE62[digit] + expected
    return body[-_SUM_LENGTH:] == expected


def jwt(value: str) -> bool:
    """Tell whether the first part of a compact token is a JOSE header."""
    head = value.partition(".")[0]
    try:
        header = json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, RecursionError):
        return False
    return isinstance(header, dict) and "alg" in header


def basic(value: str) -> bool:
    """Tell whether a value is the base64 of `user:password`."""
    bare = value.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return b":" in b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except binascii.Error:
        return False


def phone(value: str) -> bool:
    """Tell whether a number has as many digits as E.164 gives to a country code and its number."""
    return _PHONE_SHORTEST <= len(_digits(_PERCENT.sub("", value))) <= _PHONE_LONGEST


def ssn(value: str) -> bool:
    """Tell whether a US social security number lies in a range that is given out."""
    area, group, serial = (int(each) for each in value.replace(" ", "-").split("-"))
    return area not in (0, 666) and area < _SSN_HIGHEST_AREA and group != 0 and serial != 0


def dni(value: str) -> bool:
    """Tell whether a Spanish DNI or NIE ends in its check letter."""
    bare = value.replace("-", "").upper()
    number = _DNI_FIRST.get(bare[0], bare[0]) + bare[1:-1]
    return _DNI_LETTERS[int(number) % len(_DNI_LETTERS)] == bare[-1]


def cpf(value: str) -> bool:
    """Tell whether a Brazilian CPF ends in its two check digits and is not one digit repeated."""
    digits = _digits(value)
    if len(digits) != _CPF_LENGTH or len(set(digits)) == 1:
        return False
    sums = [sum(each * (size - at) for at, each in enumerate(digits[: size - 1])) for size in (10, 11)]
    return bytes(total * 10 % 11 % 10 for total in sums) == digits[-2:]


def nir(value: str) -> bool:
    """Tell whether a French social security number ends in its key (97 less the number mod 97)."""
    bare = value.replace(" ", "").upper().replace("2A", "19").replace("2B", "18")
    return 97 - int(bare[:13]) % 97 == int(bare[13:])


def verhoeff(value: str) -> bool:
    """Tell whether the digits of `value` pass Verhoeff's check (Aadhaar)."""
    state = 0
    for place, digit in enumerate(reversed(_digits(value))):
        state = _VERHOEFF_PRODUCT[state][_VERHOEFF_PERMUTATION[place % 8][digit]]
    return state == 0


def ean13(value: str) -> bool:
    """Tell whether the digits of `value` have an EAN-13 check digit (Swiss AHV number)."""
    digits = _digits(value)
    return (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0


def mixed(value: str) -> bool:
    """Tell whether a value has both letters and digits, as hardly any word or number has."""
    return any(map(str.isdigit, value)) and any(map(str.isalpha, value))


def entropy(value: str) -> float:
    """Return Shannon's entropy of the characters of `value`, in bits per character."""
    return -sum(n / len(value) * math.log2(n / len(value)) for n in Counter(value).values())


CHECKS: Mapping[str, Check] = {
    "luhn": Check(luhn, decides=True),
    "card": Check(card, decides=True),
    "iban": Check(iban, decides=True),
    "crc32-base62": Check(crc32_base62, decides=False),
    "jwt": Check(jwt, decides=False),
    "basic": Check(basic, decides=True),
    "phone": Check(phone, decides=True),
    "ssn": Check(ssn, decides=True),
    "dni": Check(dni, decides=True),
    "cpf": Check(cpf, decides=True),
    "nir": Check(nir, decides=True),
    "verhoeff": Check(verhoeff, decides=True),
    "ean13": Check(ean13, decides=True),
    "mixed": Check(mixed, decides=True),
}
"""THE table of checks: the names that rules use."""
