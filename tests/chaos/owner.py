"""The owner of both companies, who reconnects when Intuit no longer accepts our access.

An answer lost on its way back from Intuit takes the new token with it: nothing but a person's new
consent helps then, and that is what the product says.
"""

import time
from collections.abc import Callable

import psycopg
import requests

from tests.chaos.control import Refused
from tests.chaos.world import NotStarted, World

LOST = """
SELECT companies_company.slug FROM gateways_connection
JOIN companies_company ON companies_company.id = company_id
WHERE vendor = 'quickbooks' AND state = 'reconnect'
"""


class Owner:
    """Looks every few seconds whether a connection waits for a person."""

    def __init__(self, world: World, *, say: Callable[[str], None]):
        self.world, self._say = world, say
        self._realms = {client.slug: client.realm for client in world.clients}
        self.reconnected = 0

    def run(self, is_over: Callable[[], bool]) -> None:
        while not is_over():
            for slug in self._lost():
                self._reconnect(slug)
            time.sleep(3)

    def _lost(self) -> list[str]:
        try:
            with self.world.connect() as connection:
                return [slug for (slug,) in connection.execute(LOST).fetchall()]
        except psycopg.Error:
            return []

    def _reconnect(self, slug: str) -> None:
        try:
            grant = self.world.control.post(f"/quickbooks/realms/{self._realms[slug]}/grant")
            self.world.manage(
                "connect",
                slug,
                "quickbooks",
                "--realm",
                self._realms[slug],
                "--refresh-token",
                grant["refresh_token"],
            )
        except (NotStarted, Refused, requests.RequestException):
            return  # the books or the database are away just now: a person tries again
        self.reconnected += 1
        self._say(f"the owner connected {slug} to QuickBooks again")
