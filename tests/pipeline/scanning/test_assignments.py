"""What is a secret by its name in code and settings, and what is not."""

from __future__ import annotations

import time

import pytest

from pipeline.scanning.assignments import is_settings, secrets_by_name

CODE = {
    "JavaScript": ('const apiKey = "q8Zt3LmV";', "q8Zt3LmV"),
    "an object": ("{ dbPassword: 'hunter22x!' }", "hunter22x!"),
    "JSON": ('{"client_secret": "0f9e8d7c-6b5a-4433-2211-00ffeeddccbb"}', "0f9e8d7c-6b5a-4433-2211-00ffeeddccbb"),
    "TOML": ('DB_PASSWORD = "hunter22x"', "hunter22x"),
    "types": ('password: str = "hunter22x"', "hunter22x"),
    "a map": ("config['api_token'] = 'q8Zt3LmV'", "q8Zt3LmV"),
    "Go": ("secretKey := `q8Zt3LmV`", "q8Zt3LmV"),
    "Ruby": ("'auth_token' => 'q8Zt3LmV'", "q8Zt3LmV"),
    "a comparison": ('if (password === "hunter22x")', "hunter22x"),
    "two in a line": ('a_token="q8Zt3LmV", b_token="w9Yu4MnW"', "q8Zt3LmV w9Yu4MnW"),
    "what requests are signed with": ('COOKIE_SECRET="q8Zt3LmV"; hmac_key="w9Yu4MnW"', "q8Zt3LmV w9Yu4MnW"),
    "letters of any kind before it": ('// größer\nconst apiKey = "q8Zt3LmV";', "q8Zt3LmV"),
}
SETTINGS = {
    "an environment file": ("PORT=8080\nSESSION_SECRET=9f8a7b6c5d4e\n", "9f8a7b6c5d4e"),
    "a shell": ("export API_TOKEN=q8Zt3LmV # for tests", "q8Zt3LmV"),
    "YAML": ("db:\n  password: hunter22x\n", "hunter22x"),
    "a list in YAML": ("- token: q8Zt3LmV", "q8Zt3LmV"),
    "carriage returns": ("API_TOKEN=q8Zt3LmV\r\n", "q8Zt3LmV"),
    "npm": ("//registry.example/:_authToken=q8Zt3LmV", "q8Zt3LmV"),
    "a container": ("ENV API_TOKEN=q8Zt3LmV", "q8Zt3LmV"),
}
NEVER = {
    "a harmless name": 'cacheKey = "q8Zt3LmV"',
    "a name that speaks about one": 'passwordField = "input2Password"; token_type = "dpop2"; secretName = "a1b2c3d4"',
    "a value of one request": 'csrfToken = "q8Zt3LmV"; nonce = "q8Zt3LmV"; signature = "q8Zt3LmV"',
    "a word": 'password = "correcthorse"',
    "digits": 'password = "20260302"',
    "what is short": 'password = "h2x"',
    "a sentence": 'password = "at least 8 letters"',
    "a slug": 'secret = "db-password-v2"',
    "an environment variable": 'api_key = "${API_KEY_1}"; token = "$TOKEN_12"; secret = "env:SECRET_1"',
    "a template": 'api_key = "{{ secrets.key1 }}"; token = "<your-token-1>"',
    "a path": 'secret = "/run/secrets/key1"; token = "./token1.txt"; key_secret = "https://vault.example/v1/a"',
    "an example": 'api_key = "example1key2"; password = "changeme1"; token = "your-token-1"; secret = "xxxxxxxx1"',
    "one letter many times": 'password = "aaaaaaaa1"',
    "what is computed": "password = getPassword1(user2)",
}
BARE_NEVER = {
    "what is computed": "API_TOKEN=$(cat token1)",
    "a reference": "password: ${{ secrets.TOKEN1 }}",
    "a tag": "password: !vault1 |",
    "several words": "token: see page 12 of the handbook",
}


def _found(text: str, *, settings: bool) -> str:
    return " ".join(text[start:end] for start, end in secrets_by_name(text, settings=settings))


@pytest.mark.parametrize("settings", [False, True], ids=["code", "settings"])
@pytest.mark.parametrize(("text", "secret"), CODE.values(), ids=CODE.keys())
def test_what_is_quoted_is_found_everywhere(text: str, secret: str, *, settings: bool) -> None:
    assert _found(text, settings=settings) == secret


@pytest.mark.parametrize(("text", "secret"), SETTINGS.values(), ids=SETTINGS.keys())
def test_what_is_bare_is_found_in_settings_only(text: str, secret: str) -> None:
    assert _found(text, settings=True) == secret
    assert _found(text, settings=False) == ""


@pytest.mark.parametrize(
    "text", [*NEVER.values(), *BARE_NEVER.values()], ids=[*NEVER, *(f"bare: {each}" for each in BARE_NEVER)]
)
def test_what_only_speaks_of_a_secret_is_none(text: str) -> None:
    for settings in (False, True):
        assert _found(text, settings=settings) == ""


def test_files_of_settings_are_known_by_their_names() -> None:
    settings = (
        ".env .env.production prod.env .dev.vars app.ini a.yml a.yaml .npmrc Dockerfile dockerfile.dev run.sh x.tfvars"
    )
    others = "app.js environment.ts main.py package.json wrangler.toml README.md envelope.txt"
    assert [name for name in settings.split() if not is_settings(name)] == []
    assert [name for name in others.split() if is_settings(name)] == []


HARD = {
    "one long word": "a" * 400_000,
    "names without end": "token_" * 60_000,
    "signs without end": "token=" * 60_000,
    "a quote that never closes": 'token="' + "a1" * 200_000,
    "blanks": "token" + " " * 400_000 + "=",
    "lines": "\n" * 400_000,
}


@pytest.mark.parametrize("text", HARD.values(), ids=HARD.keys())
def test_no_text_takes_more_than_its_length(text: str) -> None:
    start = time.perf_counter()
    list(secrets_by_name(text, settings=True))
    assert time.perf_counter() - start < len(text) / 100_000
