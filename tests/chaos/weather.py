"""How the vendors misbehave: a constant drizzle of faults, and storms in which one is away.

The counts of what was given are the sandbox's own.
"""

import random
import time
from collections.abc import Callable

from tests.chaos.control import Control
from tests.chaos.world import VENDOR_TIMEOUT

CALLS = {
    "429": 0.025,
    "500": 0.025,
    "html502": 0.025,
    "drop_before": 0.025,
    "drop_after": 0.025,
    "hang": 0.01,
    "slow": 0.02,
}
"""Chance of each kind on each call of the HTTP vendors."""
WEBHOOKS = {"doubled": 0.4, "shuffled": 0.4, "delayed": 0.12, "dropped": 0.12}
MAIL = {"tempfail": 0.1, "drop_after": 0.03, "hang": 0.03}
HOURS_LATE = (10.0, 75.0)
"""Real seconds; the clock makes two minutes out of one of them."""
STORMS = ("429", "500", "html502", "hang", "drop_before", "drop_after")


class Weather:
    """Puts rules into the sandbox and takes them back."""

    def __init__(self, control: Control, seed: int, *, say: Callable[[str], None]):
        self.control = control
        self._say = say
        self._rng = random.Random(f"weather {seed}")

    def drizzle(self) -> None:
        """What goes on all day."""
        for vendor in ("quickbooks", "stripe", "twilio", "slack"):
            for kind, chance in CALLS.items():
                self._add(vendor, kind, chance=chance)
        for vendor in ("quickbooks", "stripe", "twilio"):
            for kind, chance in WEBHOOKS.items():
                self._add(vendor, kind, chance=chance, seconds=self._rng.uniform(*HOURS_LATE))
        for kind, chance in MAIL.items():
            self.control.post("/faults", vendor="mail", operation="send", kind=kind, chance=chance)

    def run(self, seconds: float, is_over: Callable[[], bool]) -> None:
        """Storms at times drawn from the seed: one vendor fails on most calls for some seconds."""
        began = time.monotonic()
        count = max(3, round(seconds / 24))
        starts = sorted(self._rng.uniform(0.05, 0.9) * seconds for _ in range(count))
        for start in starts:
            while time.monotonic() - began < start:
                if is_over():
                    return
                time.sleep(0.2)
            self._storm()

    def _storm(self) -> None:
        vendor = self._rng.choice(("quickbooks", "stripe", "twilio"))
        kind = self._rng.choice(STORMS)
        rule = self._add(vendor, kind, chance=0.8)
        lasts = self._rng.uniform(3, 9)
        self._say(f"storm: {vendor} {kind} for {lasts:.0f} s")
        time.sleep(lasts)
        self.control.delete("/faults", id=rule["id"])

    def clear(self) -> None:
        """Every vendor behaves again."""
        self.control.delete("/faults")

    def given(self) -> dict[str, int]:
        """How often which fault was given, by vendor and kind."""
        counts = self.control.get("/faults/given")
        return {
            f"{vendor} {kind}": number
            for vendor, kinds in counts.items()
            for kind, number in kinds.items()
        }

    def _add(self, vendor: str, kind: str, **options) -> dict:
        more = {"retry_after": self._rng.choice((1, 5, 30))} if kind == "429" else {}
        if kind in ("hang", "slow"):
            more["seconds"] = VENDOR_TIMEOUT + 1 if kind == "hang" else 1.5
        return self.control.post("/faults", vendor=vendor, kind=kind, **more | options)
