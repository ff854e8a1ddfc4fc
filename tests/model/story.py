"""A story as it is told: each act at its instant, the promises judged after it.

What the product or a vendor refuses with its own words is part of a story; any other exception is
a bug and ends it.
"""

from contextlib import contextmanager
from datetime import datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis.stateful import RuleBasedStateMachine

from arbook.gateways.errors import VendorError
from arbook.sandbox.quickbooks.refusals import Refusal
from arbook.sandbox.stripe.errors import StripeError
from customers import tags
from invoices import approvals, case_decisions, disputes, holds, tasks
from invoices import promises as promised
from messaging import approving, in_doubt, replies, threads
from reconciliation import checkout
from tests.model import promises
from tests.model.people import EAST, ZONES
from tests.model.world import World

REFUSALS = (
    Refusal,
    StripeError,
    VendorError,
    approvals.ApprovalRefused,
    approving.MessageRefused,
    case_decisions.EscalationRefused,
    checkout.CannotPayNow,
    checkout.NothingToPay,
    disputes.DisputeRefused,
    holds.HoldRefused,
    in_doubt.NotInDoubt,
    promised.PromiseRefused,
    replies.ReplyRefused,
    tags.TagRefused,
    tasks.TaskRefused,
    threads.ThreadRefused,
)


class Story(RuleBasedStateMachine):
    """Two companies on the stage, and what was told of them so far."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.story: list[str] = []
        self.is_over = False
        self.posted: list[str] = []
        self.world.begin()
        self.truth = self.world.truth

    def do(self, act: tuple) -> None:
        name, about = act
        if "person" in about and about["person"].name in self.world.merged:
            return
        getattr(self, name)(**about)

    def tell(self, said: str) -> None:
        local = self.world.now.astimezone(ZoneInfo(EAST))
        self.story.append(f"{local:%a %b %d %H:%M} {said}")

    @contextmanager
    def does(self, said: str):
        """Do one thing at the story's instant; a refusal in words is a part of the story."""
        self.tell(said)
        try:
            with self.world.at_work():
                yield
        except REFUSALS as refusal:
            self.story[-1] += f" (refused: {refusal})"
        self.judge()

    def judge(self) -> None:
        promises.hear(self.world)
        promises.hear_of_chargebacks(self.world)
        promises.hear_of_merges(self.world)
        promises.posted_at_most_once(self.world)
        self.lapse()
        self.stop_at_a_breach()

    def stop_at_a_breach(self) -> None:
        if self.truth.breaches:
            raise AssertionError("\n".join(self.truth.breaches))

    def lapse(self) -> None:
        """Contested or promised money that is not owed any more needs no silence."""
        for slug in ZONES:
            for row in self.world.books(slug).all("Invoice"):
                if Decimal(str(row["Balance"])) <= 0:
                    self.truth.disputed.pop((slug, row["Id"]), None)
                    self.truth.promised.pop((slug, row["Id"]), None)

    def an_invoice(self, slug: str, pick: int) -> dict | None:
        rows = self.world.open_invoices(slug)
        return rows[pick % len(rows)] if rows else None

    def midnight(self, slug: str, day) -> datetime:
        return datetime.combine(day, time.min, ZoneInfo(ZONES[slug]))
