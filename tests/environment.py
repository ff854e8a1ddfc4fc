"""The environment tests run in: a database, a data folder and ports of their own.

Imported before the settings are read, so that they find the sandbox and the server of this run and
nothing of the shell that started it. Several runs may go on at once: each takes the first data
folder nobody holds.
"""

import fcntl
import os
import signal
import socket
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
FOREIGN = (
    *("ARBOOK_ENV", "DEBUG", "SECRET_KEY", "SECRET_KEY_FALLBACKS", "CREDENTIAL_KEYS"),
    *("PUBLIC_URL", "ALLOWED_HOSTS", "SSL_REDIRECT", "BEHIND_TLS_PROXY", "BIND"),
    *("EMAIL_URL", "DEFAULT_FROM_EMAIL", "SLACK_API_URL", "STRIPE_API_URL", "TWILIO_API_URL"),
    *("QUICKBOOKS_API_URL", "QUICKBOOKS_OAUTH_URL", "QUICKBOOKS_WEBHOOK_TOKEN"),
    *("QUICKBOOKS_CLIENT_ID", "QUICKBOOKS_CLIENT_SECRET"),
    *("MAIL_DOMAIN", "POSTMARK_WEBHOOK_SECRET", "MAILGUN_SIGNING_KEY", "MAIL_IN_SECRET"),
    *("MAILERSEND_INBOUND_SECRET", "MAILERSEND_SIGNING_SECRET"),
    "IMAP_URL",
    *("CLOCK_MOVABLE", "STATIC_ROOT", "VENDOR_TIMEOUT", "OUTBOX_THREADS", "LOG_LEVEL"),
)

_folder_lock = None  # held until the run ends


def prepare() -> Path:
    """Set the environment of this run; return its data folder."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # Started in the background: what a test starts must hear Ctrl-C all the same.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in FOREIGN:
        os.environ.pop(name, None)
    for name, port in zip(
        ("PORT", "SANDBOX_PORT", "SANDBOX_SMTP_PORT"), _free_ports(3), strict=True
    ):
        os.environ[name] = str(port)
    # Remembered, because workers of this run inherit the changed name.
    given = os.environ.get("ARBOOK_DATA") or str(CHECKOUT / ".data")
    base = Path(os.environ.setdefault("ARBOOK_DATA_OF_TESTS", given)).resolve()
    folder = _first_free_folder(base / "tests")
    (folder / "clock.json").unlink(missing_ok=True)
    (folder / "static").mkdir(exist_ok=True)  # WhiteNoise warns when it is missing
    os.environ["ARBOOK_DATA"] = str(folder)
    os.environ["ARBOOK_POSTGRES_DURABLE"] = "no"
    # The sandbox answers faster than Intuit lets anybody ask.
    os.environ["QUICKBOOKS_PER_SECOND"] = "200"
    os.environ["QUICKBOOKS_PER_MINUTE"] = "12000"
    os.environ["DJANGO_SETTINGS_MODULE"] = "arbook.settings"
    # Playwright runs an event loop in the main thread, and Django would refuse every query there.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "yes"
    return folder


def _first_free_folder(base: Path) -> Path:
    global _folder_lock
    number = 1
    while True:
        folder = base / str(number)
        folder.mkdir(parents=True, exist_ok=True)
        _folder_lock = open(folder / "run.lock", "a")  # noqa: SIM115
        try:
            fcntl.flock(_folder_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _folder_lock.close()
            number += 1
        else:
            return folder


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
