"""Start a demo of its own, work a day in it, and photograph every screen.

Each screen at 1440 and 390 pixels, light and dark, into ``screens/``; what scrolls sideways, shows
clipped or faint text, has a control without a name, what axe-core calls serious and what answers
with an error is listed at the end, and the exit status says so.
"""

import argparse
import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests import axe
from tests import browser as browsers
from tests.screens.doors import Demo, first_factor, identify, sign_in
from tests.screens.life import live
from tests.screens.places import HALFWAY, PLACES, VIEWER, Place

CHECKOUT = Path(__file__).resolve().parents[2]
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
# Nothing moves, so that nobody has to wait for it.
STILL = {"reduced_motion": "reduce"}
# In this order, so that each step changes one thing only.
LOOKS = [(WIDE, "light"), (WIDE, "dark"), (NARROW, "dark"), (NARROW, "light")]
# Where axe-core looks too: each layout and each set of colours once.
AXED = [(WIDE, "light"), (NARROW, "dark")]
# What is uploaded: consent given elsewhere, with rows that must not be taken.
FILES = {
    "CONSENTS": {
        "name": "consents.csv",
        "mimeType": "text/csv",
        "buffer": (
            b"Number,Date,Note\n(212) 555-0111,2026-01-15,Signed at the counter\n"
            b"555-01,2026-01-15,\n+13325550166,2026-02-01,Signed form\n"
        ),
    }
}
FAULTS = (Path(__file__).parent / "faults.js").read_text()
READY = "Ctrl-C stops everything"


def main() -> int:
    parser = argparse.ArgumentParser(prog="make screens", description=__doc__)
    parser.add_argument("names", nargs="*", help="only the screens whose names begin so")
    parser.add_argument("--into", default=str(CHECKOUT / "screens"))
    options = parser.parse_args()
    places = [
        place for place in PLACES if not options.names or place.name.startswith((*options.names,))
    ]
    folder = Path(options.into)
    folder.mkdir(parents=True, exist_ok=True)
    chromium, began = browsers.find(), time.monotonic()
    with contextlib.ExitStack() as stack:
        demo = stack.enter_context(_demo())
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=chromium, args=browsers.flags(), headless=True
        )
        stack.callback(browser.close)
        live(browser, demo)
        print(f"A day was lived in {time.monotonic() - began:.0f} s", flush=True)
        troubles = _photograph(browser, demo, places, folder)
    taken = time.monotonic() - began
    print(f"{len(places)} screens in {folder}, {len(troubles)} faults, {taken:.0f} s")
    return 1 if troubles else 0


@contextlib.contextmanager
def _demo() -> Iterator[Demo]:
    """A demo on free ports with its own data."""
    ports = {}
    for name in ("PORT", "SANDBOX_PORT", "SANDBOX_SMTP_PORT"):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            ports[name] = str(probe.getsockname()[1])
    with tempfile.TemporaryDirectory(prefix="arbook-screens-") as data:
        # The embedded server runs as another user when we are root.
        os.chmod(data, 0o755)
        process = subprocess.Popen(
            [sys.executable, "-m", "arbook.processes", "demo"],
            cwd=CHECKOUT,
            env=os.environ | ports | {"ARBOOK_DATA": data},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        told: list[str] = []
        try:
            for line in process.stdout:
                told.append(line)
                if READY in line:
                    break
            else:
                raise SystemExit("The demo did not start:\n" + "".join(told[-30:]))
            # What it goes on to say must be read, or it would stand still when the pipe is full.
            threading.Thread(target=told.extend, args=(process.stdout,), daemon=True).start()
            yield Demo(
                f"http://127.0.0.1:{ports['PORT']}", f"http://127.0.0.1:{ports['SANDBOX_PORT']}"
            )
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


def _photograph(browser: Browser, demo: Demo, places: list[Place], folder: Path) -> list[str]:
    pages: dict[str, Page] = {}
    broken: list[str] = []
    troubles = []
    for place in places:
        if place.who not in pages:
            pages[place.who] = _someone(browser, demo, place.who)
            pages[place.who].on("pageerror", lambda error: broken.append(str(error)[:200]))
        page = pages[place.who]
        page.set_viewport_size(WIDE)
        page.emulate_media(color_scheme="light")
        try:
            found = _visit(page, place, demo)
            found += [fault for look in LOOKS for fault in _look(page, place, look, folder)]
        except (Error, KeyError) as error:
            found = [f"cannot be reached: {str(error).splitlines()[0]}"]
        for fault in [*found, *broken]:
            troubles.append(f"{place.name}: {fault}")
            print(troubles[-1], flush=True)
        page.unroute_all()
        broken.clear()
    return troubles


def _someone(browser: Browser, demo: Demo, who: str) -> Page:
    if who and who != HALFWAY:
        return sign_in(browser, demo, who, **STILL)
    page = browser.new_context(base_url=demo.url, **STILL).new_page()
    if who == HALFWAY:
        first_factor(page, VIEWER)
    return page


def _visit(page: Page, place: Place, demo: Demo) -> list[str]:
    """Go there and do what is to be done there; faults of the answer."""
    if place.name == "broken":
        page.route("**/broken/", lambda route: route.fulfill(status=500, body=_broken_page()))
    answer = page.goto(place.path.format(**demo.addresses))
    if place.link:
        link = page.locator(place.link).first
        if not link.count():
            return ["its link is not there"]
        answer = page.goto(link.get_attribute("href"))
    for step in place.steps:
        _do(page, step)
    if not any(step.startswith("stall ") for step in place.steps):
        page.wait_for_load_state("networkidle")
    if answer and answer.status != place.status:
        return [f"answers {answer.status}"]
    return []


def _do(page: Page, step: str) -> None:
    verb, _, what = step.partition(" ")
    if verb == "identify":
        identify(page)
    elif verb == "press":
        page.keyboard.press(what)
    elif verb == "wait":
        page.locator(what).first.wait_for(timeout=15_000)
    elif verb == "click":
        page.locator(what).first.click(timeout=5_000)
    elif verb == "fill":
        where, _, words = what.rpartition(" = ")
        page.locator(where).first.fill(words, timeout=5_000)
    elif verb == "upload":
        where, _, name = what.rpartition(" = ")
        page.locator(where).first.set_input_files(FILES[name])
    elif verb == "stall":
        page.route(what, lambda route: None)
    elif verb == "lose":
        page.route(what, lambda route: route.abort())
    elif verb == "nonsense":
        _nonsense(page, what)
    elif verb == "empty":
        page.locator(what).first.evaluate(
            "form => { form.reset(); form.noValidate = true; form.requestSubmit(); }"
        )
        page.wait_for_load_state("networkidle")


def _nonsense(page: Page, form: str) -> None:
    """Fill a form with what nobody can read and send it past the browser's own checks."""
    sent = page.locator(form).first
    for box in sent.locator("input:visible, textarea:visible").all():
        kind = box.get_attribute("type") or "text"
        if kind in ("text", "search", "email", "password", "tel", "url"):
            box.fill("?!")
        elif kind == "number":
            box.fill("-5")
        elif kind == "date":
            box.fill("1999-01-01")
    sent.evaluate("form => { form.noValidate = true; form.requestSubmit(); }")
    page.wait_for_load_state("networkidle")


def _look(page: Page, place: Place, look: tuple[dict, str], folder: Path) -> list[str]:
    size, theme = look
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=theme)
    # Colours change over a few frames; a picture between them would show both.
    page.wait_for_timeout(150)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))")
    name = f"{place.name}-{size['width']}-{theme}"
    page.screenshot(path=folder / f"{name}.png", full_page=not page.locator("dialog[open]").count())
    found = page.evaluate(FAULTS)
    at = f"({size['width']}, {theme})"
    faults = [f"{text} {at}" for text in found["bare"]]
    if found["wide"] > 0:
        faults.append(f"scrolls sideways by {found['wide']} px {at}")
    for kind, words in (
        ("cut", "cut off"),
        ("faint", "too faint"),
        ("nameless", "without a name"),
        ("twice", "an id twice"),
    ):
        faults += [f"{words} {at}: {text}" for text in found[kind][:3]]
    if look in AXED:
        faults += [f"{text} {at}" for text in axe.faults(page)]
    return faults


def _broken_page() -> str:
    """The page for our own faults, which no visitor can ask for."""
    page = (CHECKOUT / "templates/500.html").read_text()
    page = re.sub(r"\{% static '([^']+)' %\}", r"/static/\1", page)
    return re.sub(r"\{%.*?%\}", "", page)


if __name__ == "__main__":
    sys.exit(main())
