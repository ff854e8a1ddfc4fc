"""What befalls the machine: time, webhooks, workers, the schedule."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import rule

from arbook.webhooks import process
from arbook.webhooks.models import WebhookEvent
from tests.model import promises
from tests.model.drawing import PICK, one_of
from tests.model.people import EAST
from tests.model.story import Story
from tests.model.wire import Killed, Trouble, killed_at

TROUBLES = st.sampled_from(
    [
        Trouble(vendor, operation, kind)
        for vendor, operation in (
            ("twilio", "send"),
            ("twilio", "list"),
            ("quickbooks", "post"),
            ("quickbooks", "read"),
            ("stripe", "read"),
            ("mail", "send"),
        )
        for kind in ("unreached", "lost", "cut", "killed_before", "killed_after", "refused")
        if vendor == "mail" or kind != "refused"
    ]
)

TIME = one_of(
    passes={"seconds": st.sampled_from((61, 61, 61, 930, 3607, 3 * 3607, 9 * 3600 + 61))},
    days_pass={
        "days": st.sampled_from((1, 1, 2, 3, 5, 7, 30)),
        "hour": st.sampled_from((7, 10, 13, 18, 20)),
    },
)

MISHAPS = one_of(loses_a_webhook={"pick": PICK}, replays_an_event={"pick": PICK})


class Machinery(Story):
    """Time passes, events come late, twice or never, workers die."""

    def passes(self, seconds: int) -> None:
        self.world.move(timedelta(seconds=seconds))
        with self.does(f"{timedelta(seconds=seconds)} later"):
            pass

    def days_pass(self, days: int, hour: int) -> None:
        self.to(days, hour)
        with self.does(f"{days} days later"):
            pass

    def to(self, days: int, hour: int) -> None:
        """That hour in New York, so many days on; a change of clocks is crossed as it comes."""
        zone = ZoneInfo(EAST)
        day = self.world.now.astimezone(zone).date() + timedelta(days=days)
        self.world.move_to(datetime.combine(day, time(hour, 35, 30), zone))

    @rule(how=st.sampled_from(("all", "all", "all", "first", "last", "reversed", "twice")))
    def delivers(self, how: str) -> None:
        bag = list(self.world.bag)
        if not bag:
            return
        chosen = {"first": bag[:1], "last": bag[-1:], "reversed": bag[::-1]}.get(how, bag)
        with self.does(f"webhooks come in: {how}, {', '.join(one.about for one in chosen)[:200]}"):
            for parcel in chosen:
                if how == "twice":
                    self.world.deliver(parcel, keep=True)
                self.world.deliver(parcel)

    def loses_a_webhook(self, pick: int) -> None:
        if not self.world.bag:
            return
        parcel = self.world.bag[pick % len(self.world.bag)]
        with self.does(f"a webhook is lost: {parcel.about}"):
            self.world.bag.remove(parcel)
            self.world.sandbox.delivery._remember(parcel, "given up")
            self.world.lost_texts |= {one.sid for one in self.truth.said if one.sid in parcel.about}

    @rule(trouble=st.none() | TROUBLES, statement=st.none() | st.integers(1, 120))
    def works(self, trouble: Trouble | None, statement: int | None) -> None:
        how = f", {trouble.vendor} {trouble.operation} {trouble.kind}" if trouble else ""
        how += f", killed before statement {statement}" if statement else ""
        with self.does(f"the worker works{how}"):
            self.world.wire.troubles = [trouble] if trouble else []
            try:
                with killed_at(statement):
                    is_alive = self.world.work()
            except Killed:
                is_alive = False
            self.world.wire.troubles = []
            if not is_alive:
                self.story[-1] += " and dies"
                self.world.leases_end()
            promises.nothing_is_lost(self.world, is_quiet=is_alive)

    @rule(
        names=st.sampled_from(
            (
                (),
                ("sync the books",),
                ("plan touches", "escalate"),
                ("sync the books", "plan touches", "prepare reminders"),
                ("prepare reminders",),
                ("catch up with Stripe", "close stale pay pages"),
                ("hear lost replies", "ask for silent texts", "wake conversations"),
            )
        ),
        again=st.booleans(),
    )
    def schedule_runs(self, names: tuple[str, ...], again: bool) -> None:
        twice = ", twice" if again else ""
        with self.does(f"the schedule runs: {', '.join(names) or 'everything'}{twice}"):
            for _ in range(2 if again else 1):
                failed = self.world.run_jobs(*names)
                assert not failed, failed

    def replays_an_event(self, pick: int) -> None:
        rows = list(WebhookEvent.objects.exclude(state="in_flight").order_by("-pk")[:6])
        if rows:
            row = rows[pick % len(rows)]
            with self.does(f"an operator replays {row.vendor} {row.kind}"):
                process.replay(row, now=self.world.now)
