import socket
import sys

import pytest

from arbook.processes import ports


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_the_sandbox_stands_beside_the_web_port():
    assert ports.chosen({"PORT": "9000"}) == {
        "PORT": 9000,
        "SANDBOX_PORT": 9010,
        "SANDBOX_SMTP_PORT": 9025,
    }
    assert ports.chosen({"SANDBOX_PORT": "7000"})["SANDBOX_PORT"] == 7000


@pytest.mark.parametrize("value", ["web", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused_in_a_sentence(value):
    with pytest.raises(ports.PortRefused, match=f"PORT={value} is not a port"):
        ports.chosen({"PORT": value})


def test_two_names_for_one_port_are_refused():
    with pytest.raises(ports.PortRefused, match="name the same port"):
        ports.ensure_free({"PORT": 9000, "SANDBOX_PORT": 9000})


@pytest.mark.parametrize("kind", ["demo", "run"])
def test_a_taken_port_ends_the_start_with_a_sentence(terminal, taken, kind):
    running = terminal.start(sys.executable, "-m", "arbook.processes", kind, PORT=str(taken))

    assert running.wait(20) == 1
    assert terminal.text.splitlines() == [
        f"Port {taken} (PORT) is taken by another program. Stop that program, "
        f"or choose another port: make demo PORT={ports._another(taken)}"
    ]
    assert terminal.alive() == []
