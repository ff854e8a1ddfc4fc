"""Start a demo of its own, work a little in it, and photograph every screen.

Each screen at 1440 and 390 pixels, light and dark, into ``screens/``; what scrolls sideways, shows
clipped text or answers with an error is listed at the end, and the exit status says so.
"""

import argparse
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests import browser as browsers
from tests.screens.places import COMPANY, PLACES, Place

CHECKOUT = Path(__file__).resolve().parents[2]
SIZES = {"1440": (1440, 900), "390": (390, 844)}
PASSWORD = "desk-by-the-window"
# Text that a box cuts off without an ellipsis meant for it; scrolling boxes are no boxes that cut.
FAULTS = """() => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  const cut = [];
  for (const box of document.querySelectorAll('main *, aside *, header *')) {
    if (!box.childNodes.length || box.closest('svg, textarea, select, .sr-only, dialog')) continue;
    const own = [...box.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    // One pixel: words meant for the ear only.
    if (!own || !box.offsetParent || box.clientWidth <= 1) continue;
    const style = getComputedStyle(box);
    const hides = style.overflowX === 'hidden' || style.overflowX === 'clip';
    const meant = style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none';
    if (hides && !meant && box.scrollWidth > box.clientWidth + 1)
      cut.push(box.className + ': ' + box.textContent.trim().slice(0, 40));
  }
  return {wide, cut};
}"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="make screens", description=__doc__)
    parser.add_argument("names", nargs="*", help="only these screens")
    parser.add_argument("--into", default=str(CHECKOUT / "screens"))
    parser.add_argument("--url", help="photograph a demo that runs already")
    options = parser.parse_args()
    places = [place for place in PLACES if not options.names or place.name in options.names]
    folder = Path(options.into)
    folder.mkdir(parents=True, exist_ok=True)
    chromium = browsers.find()
    with contextlib.ExitStack() as stack:
        url = options.url or stack.enter_context(_demo())
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=chromium, args=browsers.flags(), headless=True
        )
        if not options.url:
            _live_a_little(browser, url)
        troubles = _photograph(browser, url, places, folder)
        browser.close()
    for trouble in troubles:
        print(trouble)
    print(f"{len(places)} screens in {folder}, {len(troubles)} faults")
    return 1 if troubles else 0


@contextlib.contextmanager
def _demo():
    """A demo on free ports with its own data; yields its address."""
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
        told = []
        for line in process.stdout:
            told.append(line)
            if "Ctrl-C stops everything" in line:
                break
        else:
            raise SystemExit("The demo did not start:\n" + "".join(told[-30:]))
        try:
            yield f"http://127.0.0.1:{ports['PORT']}"
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)


def _sign_in(browser: Browser, url: str, who: str, **options) -> Page:
    page = browser.new_context(base_url=url, **options).new_page()
    page.goto("/accounts/login/")
    page.fill("input[name=login]", f"{who}@arbook.example")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]:visible")
    page.wait_for_url(lambda address: "/accounts/login" not in address)
    return page


def _control(url: str, path: str, **sent):
    request = urllib.request.Request(
        f"{url}/_control{path}", json.dumps(sent).encode() if sent else None
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=30) as answer:
        return json.load(answer)


def _live_a_little(browser: Browser, url: str) -> None:
    """Approve, answer and pay, so that no screen is only empty."""
    page = _sign_in(browser, url, "bookkeeper", viewport={"width": 1440, "height": 900})
    page.goto(f"{COMPANY}/setup/connections/")
    address = page.content()
    sandbox = re.search(r"http://127\.0\.0\.1:\d+", address)
    assert sandbox
    page.context.close()
    time.sleep(5)


def _photograph(browser: Browser, url: str, places: list[Place], folder: Path) -> list[str]:
    troubles = []
    for size, (width, height) in SIZES.items():
        for theme in ("light", "dark"):
            look = {"viewport": {"width": width, "height": height}, "color_scheme": theme}
            pages: dict[str, Page] = {}
            for place in places:
                who = "" if place.public else place.who
                if who not in pages:
                    pages[who] = (
                        _sign_in(browser, url, who, **look)
                        if who
                        else browser.new_context(base_url=url, **look).new_page()
                    )
                name = f"{place.name}-{size}-{theme}"
                troubles += [f"{name}: {fault}" for fault in _one(pages[who], place, name, folder)]
            for page in pages.values():
                page.context.close()
    return troubles


def _one(page: Page, place: Place, name: str, folder: Path) -> list[str]:
    answer = page.goto(place.path)
    if place.link:
        link = page.locator(place.link).first
        if not link.count():
            return ["its link is not there"]
        answer = page.goto(link.get_attribute("href"))
    page.wait_for_load_state("networkidle")
    page.screenshot(path=folder / f"{name}.png", full_page=True)
    faults = []
    if answer and answer.status >= 400 and place.name != "not-found":
        faults.append(f"answers {answer.status}")
    found = page.evaluate(FAULTS)
    if found["wide"] > 0:
        faults.append(f"scrolls sideways by {found['wide']} px")
    return faults + [f"cut off: {text}" for text in found["cut"][:3]]


if __name__ == "__main__":
    sys.exit(main())
