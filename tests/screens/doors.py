"""The doors through which the demo is lived in: its pages, and the sandbox's control room."""

import base64
import hashlib
import hmac
import json
import struct
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page

PASSWORD = "desk-by-the-window"


@dataclass
class Demo:
    """A running demo, and the addresses that only living in it gives."""

    url: str
    sandbox: str
    addresses: dict[str, str] = field(default_factory=dict)
    # The viewer's authenticator: the only one with a second factor.
    secret: str = ""

    def control(self, path: str, **sent):
        """One call of the sandbox's admin API: a GET without fields, else a POST."""
        request = urllib.request.Request(
            f"{self.sandbox}/_control{path}", json.dumps(sent).encode() if sent else None
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as answer:
            return json.load(answer)

    def press(self, path: str, **sent: str) -> None:
        """One form of the sandbox's control room."""
        form = urllib.parse.urlencode(sent).encode()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        opener.open(f"{self.sandbox}{path}", form, timeout=60).close()

    def fact(self, company: str) -> dict:
        facts = self.control("/state")["facts"]["companies"]
        return next(one for one in facts.values() if f"/c/{one['slug']}" == company)


def sign_in(browser: Browser, demo: Demo, who: str, **look) -> Page:
    """A page of its own, in at the front door."""
    page = browser.new_context(base_url=demo.url, **look).new_page()
    first_factor(page, who)
    if "/2fa/authenticate/" in page.url:
        page.fill("input[name=code]", code(demo.secret))
        page.click("main button[type=submit]")
    page.wait_for_url(lambda address: "/accounts/" not in address)
    return page


def first_factor(page: Page, who: str) -> None:
    page.goto("/accounts/login/")
    page.fill("input[name=login]", f"{who}@arbook.example")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda address: "/accounts/login" not in address)


def identify(page: Page) -> None:
    """Some pages of the account ask for the password again."""
    page.wait_for_load_state("networkidle")
    if page.locator("main input[name=password]").count():
        page.fill("main input[name=password]", PASSWORD)
        page.locator("main form button[type=submit], main form button").first.click()
        page.wait_for_load_state("networkidle")


def code(secret: str) -> str:
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def rows(page: Page, path: str, at_least: int = 1) -> bool:
    page.goto(path)
    return page.locator("[data-row]").count() >= at_least


def has(page: Page, path: str, box: str, words: str) -> bool:
    page.goto(path)
    return page.locator(box, has_text=words).count() > 0


def until(what: str, look: Callable, *, most: int = 0, seconds: int = 90):
    """Look again until there is something (``most`` of them, when that many come at all)."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found and (not most or len(found) >= most):
            return found
        if time.monotonic() > end:
            if found:
                return found
            raise SystemExit(f"The demo did not come so far that {what}.")
        time.sleep(1)
