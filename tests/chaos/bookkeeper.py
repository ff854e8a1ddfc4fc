"""A bookkeeper at a browser: signs in once, looks at the batch, approves, tries again on errors."""

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable

import requests

from tests.chaos.first_day import PASSWORD

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
APPROVES = re.compile(r'name="seen" value="([^"]+)"')
PATIENCE = 60
"""Seconds somebody looks at a page that does not come."""
LOOKS_AGAIN = 12
"""Approvals given from one look at the page."""


class Turned(Exception):
    """The page did not come, or not as it should; a person tries again."""


class Bookkeeper:
    """One person of one company."""

    def __init__(self, url: str, slug: str, email: str, seed: int):
        self.slug = slug
        self._url = url
        self._email = email
        self._rng = random.Random(f"bookkeeper {slug} {seed}")
        self._session = requests.Session()
        self._session.trust_env = False
        self._at_work = threading.Lock()
        self._waiting: list[str] = []
        self._looks_left = 0
        self.did: Counter[str] = Counter()

    def sign_in(self) -> None:
        """Once: the session is to last the day, whatever key signs it."""
        page = self._get("/accounts/login/")
        token = _token(page.text)
        answer = self._session.post(
            f"{self._url}/accounts/login/",
            data={"csrfmiddlewaretoken": token, "login": self._email, "password": PASSWORD},
            timeout=PATIENCE,
        )
        if not self.is_signed_in() or answer.status_code >= 400:
            raise Turned(f"{self._email} could not sign in: {answer.status_code}")

    def is_signed_in(self) -> bool:
        """Whether the session opens the company's pages."""
        with self._at_work:
            answer = self._get(f"/c/{self.slug}/messages/")
        return "/accounts/" not in answer.url

    def run(self, is_over: Callable[[], bool]) -> None:
        """Work the batch until the day is over."""
        while not is_over():
            try:
                with self._at_work:
                    self.approve_some()
            except (requests.RequestException, Turned):
                self.did["had to try again"] += 1
                time.sleep(0.5)
            time.sleep(self._rng.uniform(0.4, 1.6))

    def approve_some(self) -> None:
        """Say yes to a few of those on the page."""
        if not self._waiting or self._looks_left <= 0:
            self._look()
        if not self._waiting:
            return
        count = min(len(self._waiting), self._rng.randint(1, 7))
        chosen, self._waiting = self._waiting[:count], self._waiting[count:]
        self._looks_left -= 1
        answer = self._session.post(
            f"{self._url}/c/{self.slug}/messages/approve/",
            data={"csrfmiddlewaretoken": self._csrf, "seen": ",".join(chosen)},
            headers={"Referer": f"{self._url}/c/{self.slug}/messages/"},
            timeout=PATIENCE,
            allow_redirects=False,
        )
        if answer.status_code >= 500:
            raise Turned(f"approving answered {answer.status_code}")
        if answer.status_code in (403, 422) or "/accounts/" in answer.headers.get("Location", ""):
            self._looks_left = 0
        self.did[f"approvals answered {answer.status_code}"] += 1
        self.did["messages approved"] += count

    def _look(self) -> None:
        page = self._get(f"/c/{self.slug}/messages/")
        if "/accounts/" in page.url:
            self.did["found the session gone"] += 1
            raise Turned("the session is gone")
        self._csrf = _token(page.text)
        seen = {one for found in APPROVES.findall(page.text) for one in found.split(",") if one}
        self._waiting = sorted(seen)
        self._rng.shuffle(self._waiting)
        self._looks_left = LOOKS_AGAIN

    def _get(self, path: str) -> requests.Response:
        answer = self._session.get(f"{self._url}{path}", timeout=PATIENCE)
        if answer.status_code >= 500:
            raise Turned(f"{path} answered {answer.status_code}")
        return answer


def _token(page: str) -> str:
    found = TOKEN.search(page)
    if not found:
        raise Turned("the page has no form")
    return found[1]
