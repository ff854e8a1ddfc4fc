"""``python -m arbook.processes demo|run``: everything in one terminal, until Ctrl-C."""

import argparse
import fcntl
import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from arbook import embedded
from arbook.embedded.folders import FolderRefused
from arbook.processes import heartbeat, plan, ports
from arbook.processes.supervisor import Stopped, Supervisor

ANSWER_SECONDS = 60


class NotStarted(Exception):
    """The start failed. The message is a sentence for the terminal."""


REFUSALS = (
    *(ports.PortRefused, plan.WorkersRefused, FolderRefused, NotStarted),
    embedded.EmbeddedDatabaseFailed,
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m arbook.processes", description=__doc__)
    parser.add_argument("kind", choices=["demo", "run"])
    parser.add_argument("--with-parent", action="store_true", help="end when the caller ends")
    options = parser.parse_args()
    try:
        return _run(options.kind, with_parent=options.with_parent)
    except REFUSALS as error:
        print(error, file=sys.stderr)
        return 1
    except Stopped:
        return 0
    finally:
        if not os.environ.get("DATABASE_URL"):
            embedded.stop()


def _run(kind: str, *, with_parent: bool) -> int:
    chosen = ports.chosen()
    used = chosen if kind == "demo" else {"PORT": chosen["PORT"]}
    ports.ensure_free(used)
    product = plan.product(chosen)
    os.environ.update({name: str(port) for name, port in chosen.items()})
    data = embedded.data_folder()
    lock = _only_one(data)  # noqa: F841  held until we end
    (data / "static").mkdir(exist_ok=True)  # WhiteNoise warns when it is missing
    url = f"http://127.0.0.1:{chosen['PORT']}"
    with Supervisor(last_beat=heartbeat.age) as supervisor:
        if with_parent:
            supervisor.follow_parent()
        if not os.environ.get("DATABASE_URL") and os.environ.get("ARBOOK_ENV") != "production":
            embedded.database_url()
        if kind == "demo":
            supervisor.start([plan.sandbox(chosen, data)])
            sandbox_url = f"http://127.0.0.1:{chosen['SANDBOX_PORT']}"
            _wait_for(f"{sandbox_url}/", supervisor, "The sandbox")
        _do(supervisor, "migrate", "--verbosity", "0")
        if os.environ.get("ARBOOK_ENV") == "production":
            _do(supervisor, "collectstatic", "--noinput", "--verbosity", "0")
        if kind == "demo":
            _do(supervisor, "demo")
        supervisor.start(product)
        _wait_for(f"{url}/", supervisor, "The web server")
        supervisor.say(f"\narbook is ready at {url}/")
        if kind == "demo":
            supervisor.say(f"The simulated vendors' control room is at {sandbox_url}/")
        supervisor.say("Ctrl-C stops everything.")
        supervisor.keep()
        supervisor.say("\nStopping...")
    return 0


def _only_one(data: Path):
    """Refuse a second set of processes on the same data folder."""
    data.mkdir(parents=True, exist_ok=True)
    lock = open(data / "processes.lock", "a")  # noqa: SIM115
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise NotStarted(
            f"arbook already runs on {data}. Stop it first, or set ARBOOK_DATA to another folder."
        ) from None
    return lock


def _do(supervisor: Supervisor, *arguments: str) -> None:
    code = supervisor.do(*plan.manage(*arguments))
    if code:
        raise NotStarted(f"manage.py {arguments[0]} failed; nothing was left running.")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer; where it leads, perhaps to https, is not asked."""

    def redirect_request(self, *args):
        return None


def _wait_for(url: str, supervisor: Supervisor, what: str) -> None:
    """Wait until something answers there, whatever it says."""
    deadline = time.monotonic() + ANSWER_SECONDS
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
    while time.monotonic() < deadline:
        supervisor.check()
        try:
            opener.open(url, timeout=20).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise NotStarted(f"{what} did not answer at {url} within {ANSWER_SECONDS} seconds.")


if __name__ == "__main__":
    sys.exit(main())
