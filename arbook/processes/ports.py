"""Which ports the processes listen on, and a clear word when one is taken.

Run before anything is installed: ``python3 -m arbook.processes.ports 8000 8010``.
"""

import os
import socket
import sys

DEFAULT = 8000


class PortRefused(Exception):
    """A port cannot be used. The message is a sentence for the terminal."""


def chosen(environment=os.environ):
    """The ports by name: web as given by PORT, the sandbox's beside it unless given."""
    web = _number("PORT", environment.get("PORT") or DEFAULT)
    return {
        "PORT": web,
        "SANDBOX_PORT": _number("SANDBOX_PORT", environment.get("SANDBOX_PORT") or web + 10),
        "SANDBOX_SMTP_PORT": _number(
            "SANDBOX_SMTP_PORT", environment.get("SANDBOX_SMTP_PORT") or web + 25
        ),
    }


def ensure_free(ports):
    """Raise PortRefused when another program listens on one of these ports (a dict by name)."""
    if len(set(ports.values())) < len(ports):
        raise PortRefused(f"Two of {', '.join(sorted(ports))} name the same port.")
    for name, port in ports.items():
        if not _is_free(port):
            raise PortRefused(
                f"Port {port} ({name}) is taken by another program. "
                f"Stop that program, or choose another port: make demo PORT={_another(port)}"
            )


def _is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise PortRefused(f"Port {port} needs more rights than this user has.") from None
        except OSError:
            return False
    return True


def _another(port):
    return port + 100 if port + 200 < 65536 else DEFAULT + 100


def _number(name, value):
    try:
        number = int(value)
    except ValueError:
        number = 0
    if not 0 < number < 65536:
        raise PortRefused(f"{name}={value} is not a port: give a number from 1 to 65535.")
    return number


if __name__ == "__main__":
    try:
        names = sys.argv[1:] or ["PORT"]
        ensure_free({name: port for name, port in chosen().items() if name in names})
    except PortRefused as refusal:
        raise SystemExit(str(refusal)) from None
