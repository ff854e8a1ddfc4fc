"""PostgreSQL out of a wheel: one server per data folder, shared by all who ask, gone with the last.

``database_url()`` starts the server or joins the one that runs. Each process that uses it holds a
shared lock on one file until it ends, however it ends; a keeper process owns the server and stops
it as soon as nobody holds that lock any more. So no one has to be asked to clean up, and a process
killed by SIGKILL leaves nothing running.
"""

import atexit
import contextlib
import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg
from psycopg import errors, sql

from arbook.embedded import folders
from arbook.embedded.folders import Folders

USER = "arbook"
DATABASE = "arbook"
START_SECONDS = 90  # crash recovery of a large cluster may take its time
STOP_SECONDS = 30

_held: dict[Path, int] = {}  # lock file -> descriptor; forked children share it and count as users
_started: list[subprocess.Popen] = []  # the keeper, when it was we who started it


class EmbeddedDatabaseFailed(Exception):
    """The embedded server cannot be used. The message says why and where its log is."""


def database_url() -> str:
    """Start or join the server of ``$ARBOOK_DATA`` (default ``<checkout>/.data``); return its URL.

    Safe to call in several processes at once. The database ``arbook`` exists afterwards.
    Raises EmbeddedDatabaseFailed when the server does not come up.
    """
    place = folders.prepare(data_folder())
    url = f"postgresql://{USER}@/{DATABASE}?host={place.socket}"
    if place.users_lock in _held and keeper_lives(place):
        return url
    with open(place.start_lock, "a") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        _become_user(place)
        if not keeper_lives(place):
            if not place.has_cluster:
                _initialize(place)
            _start_keeper(place)
        _wait_until_ready(place)
        _create_database(place)
    return url


def stop() -> bool:
    """Give the server up and wait until it is gone; False when another process still uses it."""
    for lock, users in list(_held.items()):
        del _held[lock]
        os.close(users)
    place = folders.prepare(data_folder())
    deadline = time.monotonic() + STOP_SECONDS
    while keeper_lives(place) and time.monotonic() < deadline:
        if _others_use(place):
            return False
        time.sleep(0.02)
    while _started:
        _started.pop().wait(5)
    return not keeper_lives(place)


def data_folder() -> Path:
    """The data folder of this checkout: ``$ARBOOK_DATA`` or ``<checkout>/.data``."""
    checkout = Path(__file__).resolve().parents[2]
    return Path(os.environ.get("ARBOOK_DATA") or checkout / ".data").resolve()


def keeper_lives(place: Folders) -> bool:
    """Whether a keeper owns this place, told by the lock it holds for all its life."""
    with open(place.keeper_lock, "a") as probe:
        try:
            fcntl.flock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _become_user(place: Folders) -> None:
    if place.users_lock in _held:
        return
    users = os.open(place.users_lock, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(users, fcntl.LOCK_SH)  # waits here while a keeper is shutting down
    _held[place.users_lock] = users
    atexit.register(_stop_at_exit, os.getpid())


def _others_use(place: Folders) -> bool:
    """Whether someone beside the keeper holds the users' lock."""
    with open(place.users_lock, "a") as probe:
        for kind, answer in ((fcntl.LOCK_EX, False), (fcntl.LOCK_SH, True)):
            try:
                fcntl.flock(probe, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            return answer
    return False  # locked for good by the keeper: it is shutting down


def _stop_at_exit(owner: int) -> None:
    if os.getpid() == owner:  # atexit also runs in forked children that end politely
        stop()


def _initialize(place: Folders) -> None:
    """Make the cluster aside and rename it, so that an interrupted start leaves none by half."""
    fresh = place.make_fresh_cluster_folder()
    command = [place.program("initdb"), "-D", fresh, "-U", USER, "--auth=trust"]
    command += ["--encoding=UTF8", "--locale=C"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    if not folders.durable():
        command.append("--no-sync")
    made = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, cwd="/", env=place.environment, **place.identity
    )
    if made.returncode:
        raise EmbeddedDatabaseFailed(f"PostgreSQL's initdb failed: {made.stderr.strip()}")
    fresh.rename(place.cluster)


def _start_keeper(place: Folders) -> None:
    with open(place.log, "ab") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-P", "-m", "arbook.embedded.keeper"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,  # Ctrl-C in the terminal is not meant for it
            env=os.environ | {"ARBOOK_DATA": str(place.data), "PYTHONPATH": str(folders.CHECKOUT)},
        )
    deadline = time.monotonic() + 10
    while not keeper_lives(place):
        if keeper.poll() is not None or time.monotonic() > deadline:
            raise EmbeddedDatabaseFailed(f"The embedded PostgreSQL did not start; see {place.log}.")
        time.sleep(0.02)
    _started[:] = [keeper]


def _wait_until_ready(place: Folders) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            _connect(place).close()
            return
        except psycopg.OperationalError as error:
            if not keeper_lives(place) or time.monotonic() > deadline:
                raise EmbeddedDatabaseFailed(
                    f"The embedded PostgreSQL does not answer ({error}); see {place.log}."
                ) from error
        time.sleep(0.03)


def _create_database(place: Folders) -> None:
    with _connect(place) as connection:
        known = "SELECT 1 FROM pg_database WHERE datname = %s"
        if connection.execute(known, [DATABASE]).fetchone():
            return
        with contextlib.suppress(errors.DuplicateDatabase):
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def _connect(place: Folders) -> psycopg.Connection:
    return psycopg.connect(
        host=str(place.socket), user=USER, dbname="postgres", autocommit=True, connect_timeout=10
    )
