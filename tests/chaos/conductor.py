"""One day from morning to night: who acts in which thread, until when, and how it comes to rest."""

import threading
import time
import traceback
from collections.abc import Callable
from datetime import timedelta

import psycopg

from arbook.sandbox import clock
from tests.chaos import evidence, vendors
from tests.chaos.bookkeeper import Bookkeeper, Turned
from tests.chaos.day import CLOSES, OPENS, Day, Journal
from tests.chaos.deploy import Deploy
from tests.chaos.killer import Killer
from tests.chaos.ledger import Ledger
from tests.chaos.owner import Owner
from tests.chaos.payers import Deeds, Payers
from tests.chaos.watch import Watch
from tests.chaos.weather import Weather
from tests.chaos.world import WORKERS, NotStarted, World

STEP = timedelta(minutes=5)
REST_AT_MOST = 300.0
"""Seconds until everything must have come to rest once the vendors behave."""
LATE_BLOWS = 90.0
NIGHT = OPENS + timedelta(hours=22)
"""Six in the morning: as far as the clock may go before mails may leave again."""
CALM = """
SELECT NOT EXISTS (SELECT 1 FROM outbox_effect
                   WHERE state = 'in_flight' AND kind LIKE 'messaging.%')
"""
OPEN = """
SELECT (SELECT count(*) FROM outbox_effect
        WHERE state IN ('in_flight', 'unsure') OR (state = 'pending' AND not_before <= %(now)s))
     + (SELECT count(*) FROM webhooks_webhookevent WHERE state IN ('received', 'in_flight'))
"""
PREPARED = "SELECT count(*) FROM messaging_message WHERE state = 'proposed'"
RAN = "SELECT bool_and(started_at >= %s) FROM heartbeat_jobrun WHERE name = ANY(%s)"
NETS = ["sync the books", "catch up with Stripe", "prepare reminders", "ask for silent texts"]
"""Jobs that find what was lost; each looks once more before the books are compared."""


class Conductor:
    """Runs the day and hands over the ledger."""

    def __init__(self, world: World, *, minutes: float, say: Callable[[str], None]):
        self.world, self.seconds, self._say = world, minutes * 60, say
        self.journal, self.deeds, self.watch = Journal(), Deeds(), Watch()
        self.killer = Killer(world, world.seed, say=say)
        self.weather = Weather(world.control, world.seed, say=say)
        self.deploy = Deploy(world, self.killer, say=say)
        self.owner = Owner(world, say=say)
        self.day = Day(self.journal, is_calm=self._is_calm)
        self.desks = [
            Bookkeeper(world.url, client.slug, client.bookkeeper, world.seed)
            for client in world.clients
        ]
        self.sessions: list[tuple[str, bool]] = []
        self.rested_after = 0.0
        self._over, self._closed = threading.Event(), threading.Event()
        self._troubles: list[str] = []

    def prepare(self) -> None:
        """The clock at eight, the first day done, the product running, everybody signed in."""
        clock.use(self.world.folder / "clock.json")
        self.day.begin(OPENS)
        vendors.plant(self.world.control, self.world.clients)
        self.world.open_for_business()
        vendors.announce(self.world.control, self.world.clients, self.world.url, self.world.uuids)
        self.world.start_house()
        self.world.wait_until_open()
        for desk in self.desks:
            _patiently(desk.sign_in)
        self._wait_until_all_run()
        self._wait_for_the_batch()

    def _wait_until_all_run(self, most: float = 60) -> None:
        """A product that does not even start has no need of faults."""
        end, since = time.monotonic() + most, {}
        while time.monotonic() < end:
            running = {one.pid for one in self.killer.leaders()}
            since = {pid: since.get(pid, time.monotonic()) for pid in running}
            if sum(time.monotonic() - begun > 5 for begun in since.values()) >= 2 + WORKERS:
                return
            time.sleep(0.5)
        raise NotStarted(f"The product does not keep running; see {self.world.house_log}.")

    def _wait_for_the_batch(self, most: float = 150) -> None:
        """The first heartbeat prepares what is due today; then people come to work."""
        end = time.monotonic() + most
        while time.monotonic() < end:
            with self.world.connect() as connection:
                if connection.execute(PREPARED).fetchone()[0] >= self.world.customers:
                    return
            time.sleep(1)
        raise NotStarted("Nothing was prepared for the day: the heartbeat does not beat.")

    def run(self) -> Ledger:
        """The day, the night's rest, the evidence. Raises what broke in one of its own threads."""
        is_over, is_closed = self._over.is_set, self._closed.is_set
        always = [
            self._thread(self.watch.run, self.world.connect, clock.now, is_closed),
            self._thread(self._look_after_house, is_closed),
            self._thread(self.owner.run, is_closed),
        ]
        acting = [
            self._thread(self.killer.run, self.seconds, is_over),
            self._thread(self.weather.run, self.seconds, is_over),
            self._thread(self._rotate_keys, is_over),
            *(self._thread(desk.run, is_over) for desk in self.desks),
            *(
                self._thread(
                    Payers(self.world.control, client, self.world.seed, self.deeds).run, is_over
                )
                for client in self.world.clients
            ),
        ]
        self.weather.drizzle()
        try:
            self._let_the_day_pass()
        finally:
            self._over.set()
            for thread in acting:
                thread.join(120)
        self._say("the day is over; the vendors behave")
        self.weather.clear()
        self._rest()
        self._check_sessions()
        self._closed.set()
        for thread in always:
            thread.join(30)
        if self._troubles:
            raise RuntimeError("The conductor itself failed:\n" + "\n".join(self._troubles))
        return self._evidence()

    # --- The day ---------------------------------------------------------------------------------

    def _let_the_day_pass(self) -> None:
        steps = (CLOSES - OPENS) / STEP
        pause = self.seconds / steps
        began = time.monotonic()
        done = 0
        while (passed := time.monotonic() - began) < self.seconds:
            while done < passed / pause:
                self.day.forward(STEP)
                done += 1
            time.sleep(0.1)
        # A blow that found nobody to hit falls in the evening.
        late = time.monotonic() + LATE_BLOWS
        while self.killer.missing() and time.monotonic() < late:
            time.sleep(0.5)

    def _rotate_keys(self, is_over: Callable[[], bool]) -> None:
        began = time.monotonic()
        for share in (0.2, 0.5):
            while time.monotonic() - began < share * self.seconds:
                if is_over():
                    return
                time.sleep(0.5)
            self.deploy.rotate()
            self._check_sessions()

    def _look_after_house(self, is_over: Callable[[], bool]) -> None:
        while not is_over():
            if self.world.look_after_house():
                self._say("the service manager started the supervisor again")
            time.sleep(0.5)

    def _check_sessions(self) -> None:
        for desk in self.desks:
            for _ in range(40):
                try:
                    self.sessions.append((desk.slug, desk.is_signed_in()))
                    break
                except (OSError, Turned):
                    time.sleep(1)

    def _is_calm(self) -> bool:
        try:
            with self.world.connect() as connection:
                return connection.execute(CALM).fetchone()[0]
        except psycopg.Error:
            return False

    # --- The night -------------------------------------------------------------------------------

    def _rest(self) -> None:
        """Time goes on until nothing is left to do and every job has looked once more."""
        began, since = time.monotonic(), clock.now()
        while (passed := time.monotonic() - began) < REST_AT_MOST:
            time.sleep(1.5)
            if self._is_at_rest(since):
                break
            if clock.now() + STEP < NIGHT and passed > 5:
                self.day.forward(STEP)
        self.rested_after = time.monotonic() - began
        self._say(f"at rest after {self.rested_after:.0f} s, at {clock.now():%H:%M} UTC")

    def _is_at_rest(self, since) -> bool:
        waiting = self.world.control.get("/deliveries")["waiting"]
        try:
            with self.world.connect() as connection:
                left = connection.execute(OPEN, {"now": clock.now()}).fetchone()[0]
                has_looked = connection.execute(RAN, [since, NETS]).fetchone()[0]
        except psycopg.Error:
            return False
        return not waiting and not left and bool(has_looked)

    # --- The evidence ----------------------------------------------------------------------------

    def _evidence(self) -> Ledger:
        ledger = evidence.gather(self.world, self.journal, self.deeds, now=clock.now())
        ledger.stalls = dict(self.watch.stalls)
        ledger.looks = self.watch.looks
        ledger.sessions = self.sessions
        ledger.secrets = self.deploy.readable()
        ledger.never_hit = self.killer.missing()
        if not self.deploy.rotated:
            ledger.never_hit.append("keys rotated")
        ledger.faults = sum(self.faults().values())
        ledger.chain = self._chain()
        return ledger

    def faults(self) -> dict[str, int]:
        """Every fault given, by kind: the vendors' own count, and the blows to processes."""
        rotated = {"keys rotated": self.deploy.rotated}
        return self.weather.given() | dict(self.killer.dealt) | rotated

    def _chain(self) -> str:
        if "audit" not in self.world.manage("help", "--commands").split():
            return ""
        try:
            self.world.manage("audit", "verify")
        except NotStarted as error:
            return str(error)
        return ""

    def _thread(self, work: Callable, *arguments) -> threading.Thread:
        def guarded():
            try:
                work(*arguments)
            except Exception:
                self._troubles.append(traceback.format_exc())
                self._over.set()

        thread = threading.Thread(target=guarded, daemon=True, name=work.__name__)
        thread.start()
        return thread


def _patiently(act: Callable[[], None], tries: int = 6) -> None:
    """What a person does while the processes are still starting."""
    for left in reversed(range(tries)):
        try:
            act()
            return
        except (OSError, Turned):
            if not left:
                raise
            time.sleep(2)
