"""What all tests share: the environment of the run, the sandbox, the browser."""

import contextlib
import os
import re
import time
from collections.abc import Iterator

import django
import pytest

from tests import environment

DATA = environment.prepare()
django.setup()
from django.conf import settings  # noqa: E402

# No thread may write between the transactions of tests; those that ask for measures flush.
settings.MEASURES_EVERY = 0
settings.PASSWORD_HASHERS = ["tests.hashing.FewRounds"]
# A worker of a parallel run must prepare its own environment before anything reads the settings.
del os.environ["DJANGO_SETTINGS_MODULE"]

from django.db import connection  # noqa: E402
from playwright.sync_api import BrowserContext, Page, sync_playwright  # noqa: E402
from pytest_django.live_server_helper import LiveServer  # noqa: E402

from arbook import embedded  # noqa: E402
from tests import browser as browsers  # noqa: E402
from tests import emptying, record  # noqa: E402


def pytest_unconfigure() -> None:
    embedded.stop()


# --- Database -------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The run's own database, whose tables may be emptied between tests that commit."""
    with django_db_blocker.unblock():
        record.let_tables_be_emptied()
        emptying.remember()


# --- Vendors -------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def _sandbox_of_run():
    from arbook.sandbox import Sandbox

    with Sandbox(None, settings.SANDBOX_PORT, settings.SANDBOX_SMTP_PORT) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(_sandbox_of_run):
    """The simulated vendors, empty, on the ports the settings point at; the clock unmoved."""
    from arbook.sandbox import clock

    clock.reset()
    _sandbox_of_run.reset()
    yield _sandbox_of_run
    clock.reset()


@pytest.fixture
def child_environment(transactional_db) -> dict[str, str]:
    """The environment of a process started by a test, on the test's own database."""
    facts = connection.settings_dict
    host = facts["OPTIONS"].get("host") or facts["HOST"]
    user = facts["USER"] + (f":{facts['PASSWORD']}" if facts["PASSWORD"] else "")
    port = f"&port={facts['PORT']}" if facts["PORT"] else ""
    return os.environ | {"DATABASE_URL": f"postgresql://{user}@/{facts['NAME']}?host={host}{port}"}


# --- Browser -------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def live_server() -> Iterator[LiveServer]:
    """The web server in a thread, on the port that PUBLIC_URL names."""
    server = LiveServer(f"127.0.0.1:{settings.PORT}")
    yield server
    server.stop()


@pytest.fixture
def live(transactional_db, live_server, sandbox) -> Iterator[str]:
    """The product behind a real port with the sandbox beside it; gives its base URL."""
    yield settings.PUBLIC_URL
    # A webhook on its way would lock tables while they are emptied.
    sandbox.reset()
    sandbox.settle()
    _wait_until_quiet()


def _wait_until_quiet() -> None:
    """Let requests in flight end, so that emptying the tables meets no open transaction."""
    deadline = time.monotonic() + 5
    busy = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND state <> 'idle' AND backend_type = 'client backend'"
    )
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(busy)
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.05)


@pytest.fixture(scope="session")
def browser():
    """One Chromium for the run; see tests/browser.py for where it comes from."""
    path = browsers.find()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path, args=browsers.flags(), headless=True
        )
        yield chromium
        with contextlib.suppress(Exception):
            chromium.close()


@pytest.fixture
def open_page(browser, live, request) -> Iterator:
    """Make further pages, each as another person's browser: ``open_page(viewport=...)``."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def make(**options) -> Page:
        options = {"viewport": {"width": 1440, "height": 900}, "locale": "en-US"} | options
        context = browser.new_context(base_url=live, **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(f"script: {error}"))
        page.on(
            "console",
            lambda message: (
                troubles.append(message.text) if "Content Security Policy" in message.text else None
            ),
        )
        return page

    yield make
    if getattr(request.node, "failed", False):
        _photograph(contexts, request.node.name)
    for context in contexts:
        context.close()
    assert not troubles, "\n".join(troubles)


@pytest.fixture
def page(open_page) -> Page:
    """A desktop page on the live product. Script errors and refused content fail the test."""
    return open_page()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call" and report.failed:
        item.failed = True
    return report


def _photograph(contexts: list[BrowserContext], name: str) -> None:
    folder = DATA / "failures"
    folder.mkdir(exist_ok=True)
    stem = re.sub(r"\W+", "-", name)
    for number, shown in enumerate(page for context in contexts for page in context.pages):
        with contextlib.suppress(Exception):
            shown.screenshot(path=folder / f"{stem}-{number}.png", full_page=True)
