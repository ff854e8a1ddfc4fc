"""The process that owns the embedded server, and stops it when its last user has gone.

It waits for the exclusive lock on the users' file, which the kernel grants when the last process
holding a shared one has ended. Should the keeper itself be killed, the kernel tells the server to
shut down in its place.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

from arbook.embedded import folders
from arbook.embedded.folders import Folders
from arbook.embedded.kernel import die_with_parent

QUICK_DEATHS = 5  # so many starts in a row that end within seconds mean it will never run
LOG_BYTES = 5_000_000


def keep(place: Folders) -> int:
    """Own the server until its last user has gone. Returns the exit code of the keeper."""
    lock = open(place.keeper_lock, "a")  # noqa: SIM115  held until this process ends
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return 0  # another keeper was first
    place.make_socket_folder()
    if place.log.stat().st_size > LOG_BYTES:
        os.truncate(place.log, 0)
    _clear_after_crash(place)
    running: list[subprocess.Popen] = []
    unused = threading.Event()

    def wait_for_last_user() -> None:
        with open(place.users_lock, "a") as users:
            fcntl.flock(users, fcntl.LOCK_EX)
            unused.set()
            while True:  # a start may be under way; keep the lock until the process ends
                for server in running:
                    server.send_signal(signal.SIGINT)
                time.sleep(1)

    threading.Thread(target=wait_for_last_user, daemon=True).start()
    quick_deaths = 0
    while not unused.is_set() and quick_deaths < QUICK_DEATHS:
        begun = time.monotonic()
        running[:] = [_start(place)]
        running[0].wait()
        quick_deaths = quick_deaths + 1 if time.monotonic() - begun < 5 else 0
        unused.wait(0.2 * quick_deaths)
    if place.socket.parent != place.place:
        shutil.rmtree(place.socket, ignore_errors=True)
    return 0 if unused.is_set() else 1


def _start(place: Folders) -> subprocess.Popen:
    options = {
        "listen_addresses": "",
        "port": "5432",
        "unix_socket_directories": str(place.socket),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": "128MB",
        "work_mem": "16MB",
        "max_parallel_workers_per_gather": "0",  # small machines, and /dev/shm of containers
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] ",
        "lc_messages": "C",
    }
    if not folders.durable():
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    command = [str(place.program("postgres")), "-D", str(place.cluster)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    return subprocess.Popen(  # noqa: S603
        command,
        stdin=subprocess.DEVNULL,
        cwd="/",
        env=place.environment,
        preexec_fn=lambda: die_with_parent(signal.SIGINT),
        **place.identity,
    )


def _clear_after_crash(place: Folders) -> None:
    """End a server whose keeper was killed; drop a pid file whose number is somebody else's now."""
    note = place.cluster / "postmaster.pid"
    deadline = time.monotonic() + 20
    while note.exists():
        try:
            pid = int(note.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            break
        if not _serves(pid, place.cluster):
            note.unlink(missing_ok=True)
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT if time.monotonic() < deadline else signal.SIGQUIT)
        time.sleep(0.2)


def _serves(pid: int, cluster: Path) -> bool:
    """Whether that process is a PostgreSQL server on this cluster (it works inside its folder)."""
    try:
        return os.path.samefile(f"/proc/{pid}/cwd", cluster)
    except OSError:
        return False


if __name__ == "__main__":
    # Without Python's own farewell, so that the lock is free exactly when the process is gone.
    os._exit(keep(folders.prepare(Path(os.environ["ARBOOK_DATA"]))))
