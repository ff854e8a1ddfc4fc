"""Everything the day happens in: a data folder, a database, the vendors, the product.

The conductor stands outside of all of it. It starts the sandbox and the house (the product's own
supervisor), and starts the house again when that is killed, as a service manager would.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from cryptography.fernet import Fernet

from arbook import embedded
from arbook.embedded import folders
from tests.chaos.cast import Client
from tests.chaos.control import Control

CHECKOUT = Path(__file__).resolve().parents[2]
VENDOR_TIMEOUT = 3
"""Seconds; as shipped it is 15, and a day of six minutes has no time for that."""
WORKERS = 3
HELD = "ARBOOK_POSTGRES_DURABLE"


class NotStarted(Exception):
    """The world could not be built. The message says which part."""


@dataclass
class World:
    """One data folder with its ports and its running parts."""

    folder: Path
    seed: int
    clients: tuple[Client, ...]
    customers: int
    ports: dict[str, int] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    uuids: dict[str, str] = field(default_factory=dict)
    parts: list[subprocess.Popen] = field(default_factory=list)
    house: subprocess.Popen | None = None
    is_closing: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['PORT']}"

    @property
    def control(self) -> Control:
        if not hasattr(self, "_control"):
            self._control = Control(self.ports["SANDBOX_PORT"])
        return self._control

    @property
    def environment_file(self) -> Path:
        return self.folder / "environment.json"

    @property
    def house_log(self) -> Path:
        return self.folder / "house.log"

    def build(self) -> None:
        """Database, vendors with their books, the product's rows; nothing of the product runs."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "static").mkdir(exist_ok=True)
        names = ("PORT", "SANDBOX_PORT", "SANDBOX_SMTP_PORT")
        self.ports = dict(zip(names, _free_ports(3), strict=True))
        self.keys = {
            "SECRET_KEY": secrets.token_urlsafe(40),
            "SECRET_KEY_FALLBACKS": "",
            "CREDENTIAL_KEYS": Fernet.generate_key().decode(),
        }
        # The embedded server is asked for by this process too, so that it outlives the product.
        os.environ["ARBOOK_DATA"] = str(self.folder)
        os.environ.pop("DATABASE_URL", None)
        os.environ[HELD] = "yes"
        self.dsn = embedded.database_url()
        self.write_environment()
        self._start_sandbox()

    def open_for_business(self) -> None:
        """The product's first day: schema, companies, connections, first reading."""
        self.manage("migrate", "--verbosity", "0")
        module = [sys.executable, "-m", "tests.chaos.first_day", str(self.seed)]
        told = self._run([*module, str(self.customers)])
        for line in told.splitlines():
            slug, uuid = line.split()[:2]
            self.uuids[slug] = uuid

    # --- Keys and settings -----------------------------------------------------------------------

    def write_environment(self) -> None:
        """What every part of the product finds in its environment from its next start on."""
        settings = {name: str(port) for name, port in self.ports.items()} | self.keys
        settings |= {
            "ARBOOK_DATA": str(self.folder),
            "ARBOOK_ENV": "development",
            "VENDOR_TIMEOUT": str(VENDOR_TIMEOUT),
            "QUICKBOOKS_CLIENT_ID": "sandbox",
            "QUICKBOOKS_CLIENT_SECRET": "sandbox-secret",
            "QUICKBOOKS_WEBHOOK_TOKEN": "sandbox-verifier",
            "WORKERS": str(WORKERS),
            # All customers of this day live behind one address.
            "PUBLIC_LIMIT_ADDRESS": "100000/5m",
            HELD: "yes",
        }
        fresh = self.environment_file.with_suffix(".new")
        fresh.write_text(json.dumps(settings))
        fresh.chmod(0o600)
        fresh.rename(self.environment_file)

    def child_environment(self) -> dict[str, str]:
        kept = ("PATH", "HOME", "LANG", "TMPDIR", "USER")
        mine = {name: os.environ[name] for name in kept if name in os.environ}
        return mine | json.loads(self.environment_file.read_text())

    def manage(self, *arguments: str, **more: str) -> str:
        """One management command under the house's environment; its output."""
        return self._run([sys.executable, "manage.py", *arguments], **more)

    def _run(self, command: list[str], **more: str) -> str:
        done = subprocess.run(
            command,
            cwd=CHECKOUT,
            env=self.child_environment() | more,
            capture_output=True,
            text=True,
            timeout=300,
        )
        with open(self.folder / "commands.log", "a") as log:
            log.write(f"$ {' '.join(command)}\n{done.stdout}{done.stderr}\n")
        if done.returncode:
            raise NotStarted(f"{' '.join(command[1:4])} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    # --- Processes -------------------------------------------------------------------------------

    def _start_sandbox(self) -> None:
        command = [sys.executable, "-m", "arbook.sandbox", "--state", str(self.folder / "sandbox")]
        self.parts.append(self._start(command, "sandbox"))
        self._wait_for_port(self.ports["SANDBOX_PORT"], "The sandbox")

    def start_house(self) -> None:
        """The product under its supervisor."""
        command = [sys.executable, "-m", "tests.chaos.house", str(self.environment_file)]
        self.house = self._start(command, "house")

    def look_after_house(self) -> bool:
        """Start the house again when it ended; True when that was so."""
        if self.is_closing or self.house is None or self.house.poll() is None:
            return False
        self.house.wait()
        self.start_house()
        return True

    def wait_until_open(self) -> None:
        self._wait_for_port(self.ports["PORT"], "The web server")

    def _start(self, command: list[str], name: str) -> subprocess.Popen:
        with open(self.folder / f"{name}.log", "ab") as log:
            return subprocess.Popen(
                command,
                cwd=CHECKOUT,
                env=self.child_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _wait_for_port(self, port: int, what: str, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with socket.socket() as probe:
                probe.settimeout(1)
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.1)
        raise NotStarted(f"{what} did not listen within {seconds:.0f} seconds.")

    def close(self) -> None:
        """End the product, the vendors and the database."""
        self.is_closing = True
        for process in [self.house, *self.parts]:
            if process is None or process.poll() is not None:
                continue
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        embedded.stop()

    # --- The database ----------------------------------------------------------------------------

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(self.dsn, autocommit=True, connect_timeout=5)

    def postmaster(self) -> int:
        """The process id of the database server; 0 while there is none."""
        note = folders.prepare(self.folder).cluster / "postmaster.pid"
        try:
            return int(note.read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return 0


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
