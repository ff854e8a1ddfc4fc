"""The stories: whatever may happen to the desk, in any order, with the promises judged throughout.

A rule is one thing that somebody does or that befalls the machine; the acts themselves stand in
``acts``.
"""

from collections import Counter
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from arbook.companies.models import Role
from arbook.setup import stopping
from tests.model import promises
from tests.model.acts.books import IN_QUICKBOOKS, InQuickBooks
from tests.model.acts.customers import ABOUT_A_CUSTOMER, AboutCustomers
from tests.model.acts.machinery import MISHAPS, TIME, Machinery
from tests.model.acts.messages import ABOUT_MESSAGES, AboutMessages
from tests.model.acts.online import ONLINE, Online
from tests.model.acts.phones import ON_THEIR_PHONES, OnTheirPhones
from tests.model.drawing import HOW_TO_PAY, WHO
from tests.model.people import ZONES, Person

A_DAYS_JOBS = ("sync the books", "plan touches", "prepare reminders")
DAYS, HOURS = st.sampled_from((0, 1, 1, 2, 7)), st.sampled_from((10, 13, 13, 17))


class Desk(InQuickBooks, Online, OnTheirPhones, AboutCustomers, AboutMessages, Machinery):
    """A story of two companies. ``world`` is the stage it is played on."""

    # Off where only what leaves is looked at: settling takes as long as ten steps.
    settling = True

    @initialize(replays=st.booleans())
    def morning(self, replays: bool) -> None:
        self.replays = replays
        self.tell("the story begins")

    @rule(act=IN_QUICKBOOKS)
    def the_books_change(self, act: tuple) -> None:
        self.do(act)

    @rule(act=ONLINE)
    def money_moves_online(self, act: tuple) -> None:
        self.do(act)

    @rule(person=WHO, how=st.sampled_from(HOW_TO_PAY))
    def somebody_pays(self, person: Person, how: str) -> None:
        self.do(("taps_and_pays", {"person": person, "how": how}))

    @rule(act=ON_THEIR_PHONES)
    def customers_speak(self, act: tuple) -> None:
        self.do(act)

    @rule(act=ABOUT_A_CUSTOMER)
    def staff_sees_to_a_customer(self, act: tuple) -> None:
        self.do(act)

    @rule(act=ABOUT_MESSAGES)
    def staff_sees_to_messages(self, act: tuple) -> None:
        self.do(act)

    @rule(act=TIME)
    def time_passes(self, act: tuple) -> None:
        self.do(act)

    @rule(act=MISHAPS)
    def something_goes_wrong(self, act: tuple) -> None:
        self.do(act)

    # Three times, so that the machine draws it as often: it is what makes messages leave.

    @rule(days=DAYS, hour=HOURS)
    def a_day_at_the_desk(self, days: int, hour: int, meanwhile: tuple | None = None) -> None:
        """What most days are: webhooks come, jobs run, a manager approves, messages leave."""
        self.to(days, hour)
        with self.does(f"{days} days later: a usual day, everything proposed is approved"):
            for parcel in list(self.world.bag):
                self.world.deliver(parcel)
            self.world.work()
            failed = self.world.run_jobs(*A_DAYS_JOBS)
            assert not failed, failed
            for slug in ZONES:
                rows = self.world.proposed(slug)
                if rows:
                    self.say_yes(slug, rows, Role.MANAGER)
        if meanwhile:
            self.do(meanwhile)
        self.world.move(timedelta(seconds=61))
        with self.does("what was approved leaves"):
            self.world.work()

    @rule(days=DAYS, hour=HOURS, act=IN_QUICKBOOKS)
    def a_day_with_news_from_the_books(self, days: int, hour: int, act: tuple) -> None:
        """Between a yes and the sending the books change, and nobody has told yet."""
        self.a_day_at_the_desk(days, hour, meanwhile=act)

    @rule(days=DAYS, hour=HOURS, act=ABOUT_A_CUSTOMER)
    def a_day_with_second_thoughts(self, days: int, hour: int, act: tuple) -> None:
        """Between a yes and the sending staff learns something about a customer."""
        self.a_day_at_the_desk(days, hour, meanwhile=act)

    def happened(self) -> Counter:
        """What this story had in it, for counting."""
        found = Counter(f"{one.kind} by {one.medium}" for one in self.truth.left)
        found["payments posted"] = len(self.posted)
        found["refusals"] = sum("(refused: " in line for line in self.story)
        found["deaths"] = sum(line.endswith(" and dies") for line in self.story)
        found["words heard"] = sum(one.is_heard for one in self.truth.said)
        found["chargebacks"] = len(self.truth.disputes_known)
        return found

    def teardown(self) -> None:
        try:
            if self.settling and not self.truth.breaches and not self.is_over:
                self.settles()
        finally:
            self.world.end()

    def settles(self) -> None:
        """All vendors well, every webhook delivered, time for every further try: it must add up."""
        self.tell("everything settles")
        self.is_over = True
        for slug in sorted(self.truth.stopped):
            stopping.resume(
                self.world.company(slug), by=self.world.by(slug, Role.OWNER), now=self.world.now
            )
        self.truth.stopped.clear()
        for _ in range(6):
            with self.world.at_work():
                for parcel in list(self.world.bag):
                    self.world.deliver(parcel)
                self.world.leases_end()
                self.world.work()
            if not self.world.bag and not self.world.is_waiting():
                break
            self.world.move(timedelta(hours=1, seconds=7))
        promises.hear(self.world)
        promises.posted_at_most_once(self.world)
        promises.posted_exactly_once(self.world)
        for slug in ZONES:
            for row in self.world.books(slug).all("Payment"):
                if "arbook pi_" in (row.get("PrivateNote") or ""):
                    self.posted.append(row["Id"])
        promises.all_is_done(self.world)
        promises.everything_has_a_name(self.world)
        if self.replays:
            self.tell("everything that ever came is replayed")
            promises.replays_change_nothing(self.world)
        self.stop_at_a_breach()
