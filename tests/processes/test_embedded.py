import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from arbook.embedded import folders

USE = """
import sys, time, psycopg
from arbook import embedded
with psycopg.connect(embedded.database_url()) as connection:
    connection.execute("SELECT 1")
print("connected", flush=True)
time.sleep(float(sys.argv[1]))
with psycopg.connect(embedded.database_url()) as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS mark (at timestamptz DEFAULT now())")
    connection.execute("INSERT INTO mark DEFAULT VALUES")
    print("marks", connection.execute("SELECT count(*) FROM mark").fetchone()[0], flush=True)
"""


@pytest.fixture
def folder():
    """A folder that any account may enter, unlike pytest's; gone afterwards with all it led to."""
    folder = Path(tempfile.mkdtemp(dir=os.environ["ARBOOK_DATA"]))
    folder.chmod(0o755)
    yield folder
    for pointer in folder.rglob("elsewhere"):
        shutil.rmtree(pointer.read_text(), ignore_errors=True)
    shutil.rmtree(folder)


@pytest.fixture
def use(folder, terminal):
    """Start a process that uses the server of a data folder for some seconds."""

    def start(seconds: float = 0, data: Path | None = None) -> subprocess.Popen:
        where = str(data or folder / "data")
        return terminal.start(sys.executable, "-c", USE, str(seconds), ARBOOK_DATA=where)

    yield start
    for process in terminal.started:
        process.kill()
    terminal.wait_until_empty()


def test_processes_share_one_server_and_any_may_end_first(terminal, use):
    started = [use(seconds) for seconds in (0.1, 0.8, 0.3)]

    assert [process.wait(30) for process in started] == [0, 0, 0]
    assert terminal.text.count("marks 3") == 1
    terminal.wait_until_empty()


def test_the_server_ends_with_a_killed_user(terminal, use):
    running = use(1000)
    terminal.wait_for("connected")

    running.kill()
    running.wait()

    terminal.wait_until_empty()


def test_everything_killed_at_once_recovers_at_the_next_start(terminal, use):
    use().wait(30)
    use(1000)
    terminal.wait_for("connected", times=2)

    for pid in terminal.alive() + _postgres_of(terminal):
        # One of them may have ended with another.
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    terminal.started[-1].wait()
    assert use().wait(30) == 0

    assert "marks 2" in terminal.text
    terminal.wait_until_empty()


def test_a_killed_keeper_takes_the_server_along_and_the_next_use_brings_it_back(terminal, use):
    running = use(2)
    terminal.wait_for("connected")

    os.kill(_keeper_of(terminal), signal.SIGKILL)

    assert running.wait(30) == 0
    assert "marks 1" in terminal.text
    terminal.wait_until_empty()


def test_a_left_pid_file_of_another_program_does_not_matter(terminal, use, folder):
    use().wait(30)
    cluster = folders.prepare(folder / "data").cluster
    (cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster}\n0\n5432\n\n\n\nready\n")

    assert use().wait(30) == 0


@pytest.mark.parametrize("name", ["deep/" * 30, "with space, comma & ümlaut"])
def test_any_folder_will_do(use, terminal, folder, name):
    assert use(data=folder / name).wait(30) == 0

    terminal.wait_until_empty()


def test_a_closed_folder_will_do_and_stays_closed(use, terminal, folder):
    closed = folder / "closed"
    closed.mkdir(mode=0o700)

    assert use(data=closed / "data").wait(30) == 0

    assert closed.stat().st_mode & 0o777 == 0o700


def test_data_thrown_away_does_not_come_back(use, terminal, folder):
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    assert use(data=closed / "data").wait(30) == 0
    terminal.wait_until_empty()
    places = {pointer.read_text() for pointer in closed.rglob("elsewhere")}

    shutil.rmtree(closed / "data")
    assert use(data=closed / "data").wait(30) == 0

    assert "marks 2" not in terminal.text
    assert not any(map(os.path.exists, places))


def test_no_other_account_can_open_the_socket(use, terminal, folder):
    use(1000)
    terminal.wait_for("connected")

    place = folders.prepare(folder / "data")

    assert place.socket.stat().st_mode & 0o077 == 0
    assert place.cluster.stat().st_mode & 0o077 == 0


def test_tests_have_a_database_of_their_own():
    from django.conf import settings

    assert "tests" in Path(os.environ["ARBOOK_DATA"]).parts
    assert settings.DATABASES["default"]["NAME"].startswith(("arbook", "test_"))


def _keeper_of(terminal) -> int:
    for pid in terminal.alive():
        if b"arbook.embedded.keeper" in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid
    raise AssertionError("no keeper runs")


def _postgres_of(terminal) -> list[int]:
    keeper = _keeper_of(terminal)
    asked = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    parents = {int(pid): int(parent) for pid, parent in map(str.split, asked.stdout.splitlines())}
    return [pid for pid, parent in parents.items() if keeper in (parent, parents.get(parent))]
