"""Finds a Chromium for journeys and screenshots, and gets one where there is none.

``python -m tests.browser`` is what `make test` runs first. In this order: BROWSER_PATH, Chromium or
Chrome on the path, Playwright's own; else Debian's package when root, else Playwright's download.
"""

import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
NONE_FOUND = (
    "No browser for the journeys was found, and none could be installed. "
    "Install Chromium or Chrome, or set BROWSER_PATH to one."
)


class NoBrowser(Exception):
    """There is no browser. The message says what to do."""


def find() -> str:
    """The path of a browser that runs. Raises NoBrowser. Ask before starting Playwright."""
    given = os.environ.get("BROWSER_PATH")
    if given:
        if runs(given):
            return given
        raise NoBrowser(f"BROWSER_PATH is {given}, which does not run as a browser.")
    for look in (*(partial(shutil.which, name) for name in NAMES), _of_playwright):
        path = look()
        if path and runs(path):
            return path
    raise NoBrowser(NONE_FOUND)


def flags() -> list[str]:
    """What a browser in a test needs: no sandbox as root, no talk with its maker."""
    quiet = [
        *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
        *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
    ]
    return ["--no-sandbox", *quiet] if os.geteuid() == 0 else quiet


def runs(path: str) -> bool:
    """Whether that program starts and says which version it is (some are only an empty shell)."""
    try:
        asked = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0 and any(
        name in asked.stdout for name in ("Chromium", "Chrome", "HeadlessChrome")
    )


def provide() -> str:
    """Find a browser or install one. Raises NoBrowser."""
    try:
        return find()
    except NoBrowser:
        if os.environ.get("BROWSER_PATH"):
            raise
    for install in (_install_package, _download):
        install()
        try:
            return find()
        except NoBrowser:
            continue
    raise NoBrowser(NONE_FOUND)


def _of_playwright() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _install_package() -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print("Installing Chromium (Debian's package) for the journeys ...", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends"]
    for command in (["apt-get", "update", "-q"], [*install, "chromium", "fonts-liberation"]):
        if subprocess.call(command, env=environment, stdout=subprocess.DEVNULL):
            return


def _download() -> None:
    print("Downloading Playwright's Chromium for the journeys ...", flush=True)
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    if os.geteuid() == 0:
        command.insert(-1, "--with-deps")
    subprocess.call(command, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    try:
        provide()
    except NoBrowser as missing:
        raise SystemExit(str(missing)) from None
