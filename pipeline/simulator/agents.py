"""User agents of browsers, apps, crawlers and tools."""

from __future__ import annotations

from itertools import product


def user_agents() -> tuple[str, ...]:
    """Return about 300 user agents."""
    desktops = ("Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64")
    phones = ("SM-S921B", "SM-A546E", "Pixel 8", "Pixel 7a", "2201117TG", "CPH2581", "moto g power (2023)")
    blink = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0"
    apple = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{}.0 Mobile/15E148 Safari/604.1"
    made = [f"Mozilla/5.0 ({os}) {blink.format(v)} Safari/537.36" for os, v in product(desktops, range(104, 138))]
    made += [
        f"Mozilla/5.0 ({os}; rv:{v}.0) Gecko/20100101 Firefox/{v}.0" for os, v in product(desktops, range(115, 135))
    ]
    for phone, v in product(phones, range(120, 137)):
        made.append(f"Mozilla/5.0 (Linux; Android 14; {phone}) {blink.format(v)} Mobile Safari/537.36")
    for version in ("16_6", "17_4_1", "17_6", "18_1", "18_3"):
        made.append(f"Mozilla/5.0 (iPhone; CPU iPhone OS {version} like Mac OS X) {apple.format(version[:2])}")
    made.append(CRAWLER)
    return (*made, *TOOLS)


CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
APP = "okhttp/4.12.0"
MONITOR = "uptime-check/3.1"
TOOLS = ("curl/8.5.0", "Go-http-client/2.0", "python-requests/2.31.0", APP, "axios/1.6.8")

BROWSERS = user_agents()[: -1 - len(TOOLS)]
"""What people come with."""
