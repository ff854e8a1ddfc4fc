"""The sandbox's admin API, as a person in charge of the simulated vendors uses it."""

import threading
from typing import Any

import requests


class Control:
    """Calls below ``/_control``; safe to use from several threads."""

    def __init__(self, port: int):
        self.url = f"http://127.0.0.1:{port}"
        self._sessions = threading.local()

    def get(self, path: str, **query) -> Any:
        return self._call("GET", path, params=query)

    def post(self, path: str, **sent) -> Any:
        return self._call("POST", path, json=sent)

    def delete(self, path: str, **query) -> Any:
        return self._call("DELETE", path, params=query)

    def act(self, realm: str, act: str, **fields) -> Any:
        """What somebody does in the books."""
        return self.post(f"/quickbooks/realms/{realm}/acts", act=act, **fields)

    def at_stripe(self, account: str, act: str, **fields) -> Any:
        return self.post(f"/stripe/accounts/{account}/acts", act=act, **fields)

    def _call(self, method: str, path: str, **how) -> Any:
        if not hasattr(self._sessions, "own"):
            self._sessions.own = requests.Session()
            self._sessions.own.trust_env = False
        answer = self._sessions.own.request(method, f"{self.url}/_control{path}", timeout=60, **how)
        if answer.status_code == 400:
            raise Refused(answer.json().get("error", ""))
        answer.raise_for_status()
        return answer.json()


class Refused(Exception):
    """The simulated vendor does not allow this act now."""
