import math
import os
import signal
import socket
import sys

import pytest

from arbook.processes import names, plan
from arbook.processes.plan import Process
from arbook.processes.supervisor import Supervisor
from tests.processes.conftest import wait_until

SLEEP = "echo ready; exec sleep 1000"


def test_a_process_that_dies_is_started_again_and_said_so(terminal):
    terminal.supervise("echo ready; sleep 0.1; exit 3")

    terminal.wait_for("p0 ended (exit code 3); starting it again in 1 s")
    terminal.wait_for("starting it again in 2 s")
    terminal.wait_for("p0 | ready", times=2)


def test_a_process_that_was_asked_to_end_is_replaced_at_once(terminal):
    terminal.supervise("echo ready; sleep 5.2; exit 0")

    terminal.wait_for("p0 ended (exit code 0); starting it again at once")
    terminal.wait_for("p0 | ready", times=2)


def test_a_line_that_is_json_stays_json(terminal):
    terminal.supervise('echo \'{"level": "INFO"}\'; echo ready; exec sleep 1000')

    terminal.wait_for("p0 | ready")
    assert '\n{"level": "INFO"}\n' in f"\n{terminal.text}"


def test_orphans_of_a_dead_process_are_gone_before_it_starts_again(terminal):
    terminal.supervise("sleep 1001 & echo ready; sleep 0.1; kill -9 $$")

    terminal.wait_for("p0 ended (signal 9)")
    wait_until(lambda: len(terminal.alive()) == 2, terminal.alive)  # the supervisor and its warden


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_leaves_no_process(terminal, number):
    running = terminal.supervise(SLEEP, "sleep 1001 & echo ready; exec sleep 1000")
    terminal.wait_for("ready", times=2)

    running.send_signal(number)

    assert running.wait(20) == 0
    assert terminal.alive() == []


def test_ctrl_c_in_the_terminal_leaves_no_process(terminal):
    running = terminal.supervise("trap '' TERM INT; echo ready; sleep 1000; sleep 1000")
    terminal.wait_for("ready")

    os.killpg(running.pid, signal.SIGINT)

    assert running.wait(20) == 0
    assert terminal.alive() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_when_make_alone_gets_the_signal(terminal, tmp_path, number):
    recipe = tmp_path / "Makefile"
    recipe.write_text(f"all:\n\t@exec {sys.executable} -m tests.processes.dummy 'sleep 1000'\n")
    running = terminal.start("make", "-f", str(recipe), "all")
    terminal.wait_for("started")

    running.send_signal(number)

    running.wait(20)
    terminal.wait_until_empty()


def test_a_killed_supervisor_takes_its_processes_along(terminal):
    running = terminal.supervise("sleep 1001 & echo ready; exec sleep 1000", SLEEP)
    terminal.wait_for("ready", times=2)

    running.kill()

    terminal.wait_until_empty()


def test_a_process_whose_heart_stopped_is_killed_with_its_group(terminal, capsys):
    stalled = Process("pulse", ("sh", "-c", "sleep 1001 & sleep 1001"), beats="x", silent_after=0.2)
    restarts = []

    def silence(name: str) -> float:
        restarts.append(name)
        if len(restarts) == 2:
            os.kill(os.getpid(), signal.SIGTERM)
        return 500

    before = {number: signal.getsignal(number) for number in (2, 15, 1)}
    try:
        with Supervisor(last_beat=silence, look_every=0.1) as supervisor:
            supervisor.start([stalled])
            supervisor.keep()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

    assert "pulse has been silent for 500 s; starting it again in 1 s" in capsys.readouterr().out
    assert restarts == ["x", "x"]


def test_a_heart_that_never_beat_is_noticed_at_the_second_look(terminal, capsys):
    mute = Process("pulse", ("sh", "-c", "sleep 1001"), beats=lambda pid: f"x:{pid}",
                   silent_after=0.2)  # fmt: skip
    asked = []

    def silence(name: str) -> float:
        asked.append(name)
        if len(asked) == 4:
            os.kill(os.getpid(), signal.SIGTERM)
        return math.inf

    before = {number: signal.getsignal(number) for number in (2, 15, 1)}
    try:
        with Supervisor(last_beat=silence, look_every=0.1) as supervisor:
            supervisor.start([mute])
            supervisor.keep()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

    assert "pulse has been silent all along; starting it again in 1 s" in capsys.readouterr().out
    assert len(set(asked)) == 2, "each start has a name of its own"


def test_as_many_workers_are_started_as_the_machine_shall_have(monkeypatch):
    monkeypatch.setenv("WORKERS", "3")

    several = plan.workers()

    assert [one.name for one in several] == ["worker-1", "worker-2", "worker-3"]
    assert several[0].beats(77) == names.worker(77) != names.worker(78)
    monkeypatch.delenv("WORKERS")
    assert [one.name for one in plan.workers()] == ["worker"]


@pytest.mark.parametrize("value", ["abc", "-1", "1.5", "101"])
def test_a_number_of_workers_that_is_none_is_refused_in_a_sentence(monkeypatch, value):
    monkeypatch.setenv("WORKERS", value)

    with pytest.raises(plan.WorkersRefused, match=f"WORKERS={value} is not a number of workers"):
        plan.workers()


def test_with_such_a_number_the_start_ends_with_that_sentence(terminal):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    running = terminal.start(
        sys.executable, "-m", "arbook.processes", "run", PORT=str(port), WORKERS="abc"
    )

    assert running.wait(20) == 1
    assert terminal.text.splitlines() == [
        "WORKERS=abc is not a number of workers: give one from 0 to 100."
    ]
