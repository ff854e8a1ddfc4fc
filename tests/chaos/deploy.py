"""Keys changed without downtime, as an operator does it: known, first, stored anew, old one gone.

Each step of the deploy restarts the parts one after the other; the supervisor brings them back
under the environment that is written by then.
"""

import secrets
import signal
import time
from collections.abc import Callable

from cryptography.fernet import Fernet

from tests.chaos.killer import Killer
from tests.chaos.tree import kill
from tests.chaos.world import NotStarted, World

RESTART = 10.0
"""Seconds a deploy waits for one part before it goes on with the next."""
# Where the product has no command of its own for it: reading and saving writes under the new key.
REWRITE = """
from arbook.gateways.models import Connection
for row in Connection.objects.all():
    row.save(update_fields=["secrets"])
"""
READ = """
from arbook.gateways.models import Connection
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT id FROM gateways_connection ORDER BY id")
    ids = [pk for (pk,) in cursor.fetchall()]
for pk in ids:
    try:
        secrets = Connection.objects.get(pk=pk).secrets
        print(f"secret {pk} {bool(secrets)}")
    except Exception as error:
        print(f"secret {pk} False {type(error).__name__}")
"""


class Deploy:
    """Rotates SECRET_KEY and the credential keys of a running house."""

    def __init__(self, world: World, killer: Killer, *, say: Callable[[str], None]):
        self.world, self.killer, self._say = world, killer, say
        self.rotated = 0

    def rotate(self) -> None:
        """One whole rotation, old credential key dropped at its end."""
        keys = self.world.keys
        old_secret, old_credential = keys["SECRET_KEY"], keys["CREDENTIAL_KEYS"]
        new_credential = Fernet.generate_key().decode()
        keys["SECRET_KEY"] = secrets.token_urlsafe(40)
        known = [old_secret, *filter(None, keys["SECRET_KEY_FALLBACKS"].split(","))]
        keys["SECRET_KEY_FALLBACKS"] = ",".join(known)
        # Everybody learns to read the new key before anybody writes with it.
        keys["CREDENTIAL_KEYS"] = f"{old_credential},{new_credential}"
        self._say("deploy: a new SECRET_KEY, the new credential key known")
        self._roll()
        keys["CREDENTIAL_KEYS"] = f"{new_credential},{old_credential}"
        self._say("deploy: the new credential key first")
        self._roll()
        self._rewrite()
        keys["CREDENTIAL_KEYS"] = new_credential
        self._say("deploy: old credential key dropped")
        self._roll()
        self.rotated += 1

    def readable(self) -> list[tuple[str, bool]]:
        """Each stored secret, and whether the newest key alone reads it."""
        newest = self.world.keys["CREDENTIAL_KEYS"].split(",")[0]
        told = self.world.manage("shell", "-c", READ, CREDENTIAL_KEYS=newest)
        lines = [line.split() for line in told.splitlines() if line.startswith("secret ")]
        return [(f"connection {line[1]}", line[2] == "True") for line in lines]

    def _rewrite(self) -> None:
        for _ in range(5):
            try:
                if "rotate_keys" in self.world.manage("help", "--commands"):
                    self.world.manage("rotate_keys")
                else:
                    self.world.manage("shell", "-c", REWRITE)
                return
            except NotStarted:
                time.sleep(2)  # the database may be away: an operator tries again
        raise NotStarted("The stored secrets could not be rewritten under the new key.")

    def _roll(self) -> None:
        """Restart every part, one after the other."""
        self.world.write_environment()
        for leader in self.killer.leaders():
            wanted = sum(one.kind == leader.kind for one in self.killer.leaders())
            kill(leader.pid, signal.SIGTERM)
            end = time.monotonic() + RESTART
            while time.monotonic() < end:
                now = self.killer.leaders()
                is_gone = all(one.pid != leader.pid for one in now)
                if is_gone and sum(one.kind == leader.kind for one in now) >= wanted:
                    break
                time.sleep(0.3)
