"""Webhooks out: over real HTTP, signed as the vendor signs, tried again as the vendor tries.

Parcels wait in the state, so a restart loses none. A lane keeps order: QuickBooks holds later
events back until the first is acknowledged; Stripe and Twilio have no lane. Tests may hold
parcels back (`hold`), look at them (`waiting`), send them in any order and as often as they like
(`send`), and let the rest go (`release`).
"""

import http.client
import random
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from arbook.sandbox import clock, faults
from arbook.sandbox.state import Parcel

if TYPE_CHECKING:
    from arbook.sandbox.server import Sandbox

# The vendors' ladders, shortened: seconds to wait after the first, second, ... failure.
LADDERS = {
    "quickbooks": [0.5, 1, 2, 5, 10, 20, 30, 60, 60, 60],
    "stripe": [0.5, 1, 2, 5, 10, 20, 30, 60, 60],
    "twilio": [1.0, 3.0],
    "postmark": [0.5, 1, 2, 5, 10, 20, 30, 60, 60],
    "mailgun": [0.5, 1, 2, 5, 10, 20, 30, 60],
    "mailersend": [1.0, 5, 30],
}
KEPT = 400


class Delivery:
    """The dispatcher and its few threads."""

    def __init__(self, sandbox: "Sandbox", *, threads: int = 3) -> None:
        self.sandbox = sandbox
        self.timeout = 10.0
        self.ladders = {vendor: list(steps) for vendor, steps in LADDERS.items()}
        self._wake = threading.Condition()
        self._busy_lanes: set[str] = set()
        self._busy = 0
        self._held: set[str] = set()
        self._stop = False
        self._threads = [
            threading.Thread(target=self._work, daemon=True, name=f"sandbox-delivery-{number}")
            for number in range(threads)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def reset(self) -> None:
        """Nothing held, the usual ladders."""
        with self._wake:
            self._held.clear()
            self.ladders = {vendor: list(steps) for vendor, steps in LADDERS.items()}

    def stop(self) -> None:
        with self._wake:
            self._stop = True
            self._wake.notify_all()
        for thread in self._threads:
            thread.join(timeout=self.timeout + 1)

    # -- putting parcels in -----------------------------------------------------------------

    def post(
        self,
        vendor: str,
        account: str,
        url: str,
        *,
        kind: str,
        body: bytes,
        params: dict[str, str] | None = None,
        lane: str = "",
        about: str = "",
    ) -> None:
        """Queue one delivery; webhook faults double, shuffle, delay or drop it here."""
        if not url:
            return
        due, copies = time.time(), 1
        for fault_kind in faults.WEBHOOK_KINDS:
            rule = self.sandbox.faults.strike(vendor, "webhook", account, kinds=(fault_kind,))
            if rule is None:
                continue
            if fault_kind == "dropped":
                copies = 0
            elif fault_kind == "doubled":
                copies *= rule.copies
            elif fault_kind == "delayed":
                due += rule.seconds
            else:
                due += random.uniform(0, rule.seconds)
                lane = ""
        with self._wake:
            for _ in range(copies):
                self.sandbox.state.parcels.append(
                    Parcel(
                        id=self.sandbox.state.number("parcel"),
                        vendor=vendor,
                        account=account,
                        url=url,
                        kind=kind,
                        body=body,
                        due=due,
                        params=params or {},
                        lane=lane,
                        about=about,
                        held=vendor in self._held or "*" in self._held,
                    )
                )
            if not copies:
                dropped = Parcel(0, vendor, account, url, kind, body, due, about=about)
                self._remember(dropped, "dropped")
            self._wake.notify_all()
        self.sandbox.touch()

    # -- what tests hold in hand ------------------------------------------------------------

    def hold(self, vendor: str = "*") -> None:
        """Keep this vendor's (or every) new parcel back until `release`."""
        with self._wake:
            self._held.add(vendor)

    def release(self, vendor: str = "*") -> None:
        """Let held parcels go, in the order they were made."""
        with self._wake:
            if vendor == "*":
                self._held.clear()
            self._held.discard(vendor)
            for parcel in self.sandbox.state.parcels:
                if vendor in ("*", parcel.vendor):
                    parcel.held = False
            self._wake.notify_all()

    def waiting(self, vendor: str | None = None) -> list[Parcel]:
        with self._wake:
            return [p for p in self.sandbox.state.parcels if vendor in (None, p.vendor)]

    def send(self, parcel: Parcel) -> int:
        """Deliver a parcel now, once, in this thread; its status, or 0 when nobody answered."""
        return self._attempt(parcel)

    def discard(self, vendor: str | None = None) -> None:
        """Forget waiting parcels, as a vendor that gave up."""
        with self._wake:
            self.sandbox.state.parcels = [
                p for p in self.sandbox.state.parcels if vendor not in (None, p.vendor)
            ]

    def again(self, parcel_id: int) -> bool:
        """Queue a past delivery once more; False when it is no longer remembered."""
        with self._wake:
            for parcel in self.sandbox.state.delivered:
                if parcel.id == parcel_id:
                    copy = Parcel(
                        self.sandbox.state.number("parcel"),
                        parcel.vendor,
                        parcel.account,
                        parcel.url,
                        parcel.kind,
                        parcel.body,
                        time.time(),
                        dict(parcel.params),
                        parcel.lane,
                        parcel.about,
                    )
                    self.sandbox.state.parcels.append(copy)
                    self._wake.notify_all()
                    return True
        return False

    @property
    def idle(self) -> bool:
        """Nothing under way and nothing waiting that is not held."""
        with self._wake:
            return not self._busy and not any(not p.held for p in self.sandbox.state.parcels)

    # -- the threads ------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            with self._wake:
                parcel = self._next()
                while parcel is None and not self._stop:
                    self._wake.wait(self._pause())
                    parcel = self._next()
                if self._stop:
                    return
                self._busy += 1
                parcel.state = "sending"
                if parcel.lane:
                    self._busy_lanes.add(parcel.lane)
            status = self._attempt(parcel)
            with self._wake:
                self._busy -= 1
                self._busy_lanes.discard(parcel.lane)
                self._settle(parcel, status)
                self._wake.notify_all()
            self.sandbox.touch()

    def _next(self) -> Parcel | None:
        if self._stop:
            return None
        now, seen_lanes = time.time(), set(self._busy_lanes)
        for parcel in self.sandbox.state.parcels:
            if parcel.state == "sending" or parcel.held:
                continue
            if parcel.lane and parcel.lane in seen_lanes:
                continue
            if parcel.lane:
                seen_lanes.add(parcel.lane)
            if parcel.due <= now:
                return parcel
        return None

    def _pause(self) -> float:
        now = time.time()
        dues = [
            p.due - now
            for p in self.sandbox.state.parcels
            if p.state == "waiting" and not p.held and p.due > now
        ]
        return max(0.01, min(dues, default=30.0))

    def _settle(self, parcel: Parcel, status: int) -> None:
        parcels = self.sandbox.state.parcels
        if parcel not in parcels:
            return
        ladder = self.ladders.get(parcel.vendor, [])
        if 200 <= status < 300:
            parcels.remove(parcel)
            self._remember(parcel, "taken")
        elif parcel.attempts > len(ladder):
            parcels.remove(parcel)
            self._remember(parcel, "given up")
        else:
            parcel.state = "waiting"
            parcel.due = time.time() + ladder[parcel.attempts - 1]

    def _remember(self, parcel: Parcel, outcome: str) -> None:
        parcel.state = outcome
        self.sandbox.state.delivered.append(parcel)
        del self.sandbox.state.delivered[:-KEPT]

    def _attempt(self, parcel: Parcel) -> int:
        parcel.attempts += 1
        started, turn = time.perf_counter(), self.sandbox.faults.turn
        try:
            headers = self.sandbox.sign(parcel)
        except KeyError:
            return 0  # the account was forgotten by a reset
        status = self._request(parcel, headers)
        parcel.statuses.append(status)
        self.sandbox.faults.record(
            faults.Logged(
                at=clock.now(),
                vendor=parcel.vendor,
                operation="webhook",
                account=parcel.account,
                method="POST",
                path=urlsplit(parcel.url).path,
                status=status,
                milliseconds=(time.perf_counter() - started) * 1000,
                detail=parcel.about,
            ),
            turn,
        )
        return status

    def _request(self, parcel: Parcel, headers: dict[str, str]) -> int:
        url = urlsplit(parcel.url)
        secure = url.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(url.hostname or "", url.port, timeout=self.timeout)
        try:
            target = (url.path or "/") + (f"?{url.query}" if url.query else "")
            connection.request("POST", target, body=parcel.body, headers=headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()
