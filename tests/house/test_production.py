"""Production takes nothing for granted: complete it is clean, incomplete it does not start."""

import os
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.db import connection

pytestmark = pytest.mark.django_db

NEEDED = [
    "SECRET_KEY",
    "PUBLIC_URL",
    "ALLOWED_HOSTS",
    "CREDENTIAL_KEYS",
    "DATABASE_URL",
    "EMAIL_URL",
    "DEFAULT_FROM_EMAIL",
    "QUICKBOOKS_CLIENT_ID",
    "QUICKBOOKS_CLIENT_SECRET",
    "QUICKBOOKS_WEBHOOK_TOKEN",
]


@pytest.fixture
def production(tmp_path) -> dict[str, str]:
    """Everything a going-live guide asks for, and nothing of this run's own environment."""
    facts = connection.settings_dict
    host = facts["OPTIONS"].get("host") or facts["HOST"]
    (tmp_path / "static").mkdir()
    return {
        "PATH": os.environ["PATH"],
        "ARBOOK_ENV": "production",
        "ARBOOK_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "arbook.settings",
        "SECRET_KEY": "k7" + Fernet.generate_key().decode() * 2,
        "PUBLIC_URL": "https://desk.example.com",
        "ALLOWED_HOSTS": "desk.example.com",
        "CREDENTIAL_KEYS": Fernet.generate_key().decode(),
        "DATABASE_URL": f"postgresql://{facts['USER']}@/{facts['NAME']}?host={host}",
        "EMAIL_URL": "smtp+tls://desk:secret@mail.example.com:587",
        "DEFAULT_FROM_EMAIL": "Desk <desk@example.com>",
        "QUICKBOOKS_CLIENT_ID": "client",
        "QUICKBOOKS_CLIENT_SECRET": "client-secret",
        "QUICKBOOKS_WEBHOOK_TOKEN": "verifier",
    }


def _manage(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_deployment_check_is_clean(production):
    done = _manage(production, "check", "--deploy", "--fail-level", "WARNING")

    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout


@pytest.mark.parametrize("name", NEEDED)
def test_it_does_not_start_without(production, name):
    del production[name]

    done = _manage(production, "check")

    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert name in last
    assert "must be set" in last


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("CREDENTIAL_KEYS", "not-a-key", "CREDENTIAL_KEYS"),
        ("DATABASE_URL", "sqlite:///db.sqlite3", "DATABASE_URL"),
        ("ARBOOK_ENV", "staging", "ARBOOK_ENV"),
        ("PUBLIC_URL", "desk.example.com", "PUBLIC_URL"),
        ("PUBLIC_URL", "https://example.com/desk", "PUBLIC_URL"),
    ],
)
def test_it_does_not_start_with_nonsense(production, name, value, said):
    done = _manage(production | {name: value}, "check")

    assert done.returncode != 0
    assert said in done.stderr.strip().splitlines()[-1]


def test_hosts_may_be_written_with_spaces_and_the_address_with_a_slash(production):
    written = {"ALLOWED_HOSTS": "desk.example.com, www.example.com",
               "PUBLIC_URL": "https://desk.example.com/"}  # fmt: skip

    done = _manage(
        production | written,
        "shell",
        "--no-imports",
        "-c",
        "from django.conf import settings as s; print(s.ALLOWED_HOSTS, s.PUBLIC_URL)",
    )

    assert done.stdout.strip() == (
        "['desk.example.com', 'www.example.com'] https://desk.example.com"
    )


def test_the_vendors_are_the_real_ones_and_the_clock_stands_still(production):
    done = _manage(
        production,
        "shell",
        "--no-imports",
        "-c",
        "from django.conf import settings as s; print(s.QUICKBOOKS_API_URL, s.STRIPE_API_URL,"
        " s.TWILIO_API_URL, s.SLACK_API_URL, s.CLOCK, s.DEBUG, s.SESSION_COOKIE_SECURE)",
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [
        "https://quickbooks.api.intuit.com",
        "https://slack.com/api",
        "arbook.clock.system",
        "False",
        "True",
    ]


def test_the_demo_does_not_run_there(production):
    done = _manage(production, "demo")

    assert done.returncode != 0
    assert "development" in done.stderr
