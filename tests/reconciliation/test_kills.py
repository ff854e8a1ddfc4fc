"""A worker killed at each step of a posting: one payment in the books, one receipt.

Real worker processes, SIGKILL, and a second worker that finds what the first left behind.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from arbook.audit import timeline
from arbook.outbox.models import Effect
from arbook.sandbox.faults import Fault
from arbook.webhooks.models import WebhookEvent
from reconciliation.models import Posting, StripePayment
from tests.workers import Worker, Workers, wait_for

HELD = 30  # seconds a vendor holds the line: longer than any of these tests takes


@dataclass
class Scene:
    """What a step needs in order to bring the worker to the place where it is killed."""

    desk: object
    workers: Workers

    def fault(self, vendor: str, operation: str, kind: str, seconds: float = HELD) -> Fault:
        return self.desk.sandbox.faults.add(vendor, operation, kind, times=1, seconds=seconds)

    def post_effect(self) -> Effect | None:
        return Effect.objects.filter(kind="reconciliation.post_payment").first()

    def held_at(
        self, vendor: str, operation: str, kind: str = "hang", seconds: float = HELD
    ) -> Worker:
        """A worker that waits for this vendor's answer."""
        rule = self.fault(vendor, operation, kind, seconds)
        worker = self.workers.start()
        wait_for(lambda: rule.struck, f"the worker to reach {vendor} {operation}")
        return worker


def while_the_handler_reads_stripe(scene: Scene):
    worker = scene.held_at("stripe", "payment_intents.retrieve")
    assert not StripePayment.objects.exists()
    worker.kill()


def after_capture_before_the_effect_is_claimed(scene: Scene):
    rule = scene.fault("stripe", "payment_intents.retrieve", "slow", seconds=1.5)
    worker = scene.workers.start()
    wait_for(lambda: rule.struck, "the worker to read the payment")
    # The event it works on cannot be marked done, so that it stops right behind the capture.
    event = WebhookEvent.objects.get(state="in_flight", attempts=1, entry__isnull=False)
    with scene.workers.locked("webhooks_webhookevent", event.pk):
        wait_for(worker.is_blocked, "the worker to write that the event is done")
        assert StripePayment.objects.get().state == StripePayment.State.SUCCEEDED
        assert scene.post_effect().state == Effect.State.PENDING
        worker.kill()


def while_the_books_are_read_before_posting(scene: Scene):
    worker = scene.held_at("quickbooks", "query.invoice")
    assert not Posting.objects.get().intended
    worker.kill()


def in_the_call_before_it_is_stored(scene: Scene):
    worker = scene.held_at("quickbooks", "payment.create")
    assert Posting.objects.get().intended
    assert scene.desk.books.all("Payment") == []
    worker.kill()


def in_the_call_after_it_is_stored(scene: Scene):
    worker = scene.held_at("quickbooks", "payment.create", "slow")
    wait_for(lambda: scene.desk.books.all("Payment"), "QuickBooks to store the payment")
    worker.kill()


def after_a_lost_answer(scene: Scene):
    """The line breaks after storing; the worker dies while it asks what became of it."""
    scene.fault("quickbooks", "payment.create", "drop_after")
    worker = scene.workers.start()
    wait_for(lambda: scene.desk.books.all("Payment"), "QuickBooks to store the payment")
    wait_for(lambda: scene.post_effect().failure == "unknown", "the doubt to be written down")
    worker.kill()


def while_it_is_read_back(scene: Scene):
    worker = scene.held_at("quickbooks", "payment.read")
    assert len(scene.desk.books.all("Payment")) == 1
    worker.kill()


def while_the_outcome_is_written(scene: Scene):
    rule = scene.fault("quickbooks", "payment.create", "slow", seconds=1)
    worker = scene.workers.start()
    wait_for(lambda: rule.struck, "the worker to post")
    with scene.workers.locked("reconciliation_posting", Posting.objects.get().pk):
        wait_for(worker.is_blocked, "the worker to write the outcome")
        assert Posting.objects.get().state == Posting.State.INTENDED
        worker.kill()


def after_the_outcome_before_done(scene: Scene):
    rule = scene.fault("quickbooks", "payment.create", "slow", seconds=1)
    worker = scene.workers.start()
    wait_for(lambda: rule.struck, "the worker to post")
    with scene.workers.locked("outbox_effect", scene.post_effect().pk):
        wait_for(worker.is_blocked, "the worker to write that it is done")
        assert Posting.objects.get().state == Posting.State.VERIFIED
        assert scene.post_effect().state == Effect.State.IN_FLIGHT
        worker.kill()


STEPS = [
    while_the_handler_reads_stripe,
    after_capture_before_the_effect_is_claimed,
    while_the_books_are_read_before_posting,
    in_the_call_before_it_is_stored,
    in_the_call_after_it_is_stored,
    after_a_lost_answer,
    while_it_is_read_back,
    while_the_outcome_is_written,
    after_the_outcome_before_done,
]


@pytest.fixture
def workers(child_environment):
    started = Workers(child_environment)
    yield started
    started.stop()


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_a_worker_killed(step: Callable[[Scene], None], workers, desk, owing, page):
    desk.payer.pay(page.session_id)
    events = [one for one in desk.events() if not one["type"].startswith("customer")]
    desk.deliver(events * 5)

    step(Scene(desk, workers))
    workers.take_over()
    desk.deliver(events[::-1])
    workers.until_quiet()

    _one_payment_on_the_right_invoices(desk, owing)
    _one_receipt(desk)


def _one_payment_on_the_right_invoices(desk, owing) -> None:
    (made,) = desk.books.all("Payment")
    parts = {line["LinkedTxn"][0]["TxnId"]: line["Amount"] for line in made["Line"]}
    assert made["TotalAmt"] == 242.07
    assert parts == {owing[0]: 162.07, owing[1]: 80.0}
    posting = Posting.objects.get()
    assert (posting.state, posting.quickbooks_id) == (Posting.State.VERIFIED, made["Id"])
    assert StripePayment.objects.count() == 1
    assert all(desk.invoice(one).balance == 0 for one in owing)
    verbs = [line.verb for line in timeline.of(desk.invoice(owing[0]))]
    assert verbs.count("money.captured") == verbs.count("money.posted") == 1


def _one_receipt(desk) -> None:
    assert len(desk.letters("ap@bluedoorcafe.example")) == 1
    assert desk.texts("+12125550111") == []


def test_two_workers_at_once_do_it_once(workers, desk, owing, page):
    desk.payer.pay(page.session_id)
    events = [one for one in desk.events() if not one["type"].startswith("customer")]
    desk.sandbox.faults.add("quickbooks", "payment.create", "slow", seconds=0.5)
    for _ in range(2):
        workers.start()

    for event in events:
        desk.deliver([event] * 5)
    workers.until_quiet()

    _one_payment_on_the_right_invoices(desk, owing)
    _one_receipt(desk)


def test_a_worker_that_only_slept_and_wakes_late_changes_nothing(workers, desk, owing, page):
    """Its lease ran out in the call, another has done the work, and then its answer arrives."""
    desk.payer.pay(page.session_id)
    desk.deliver(desk.events())
    sleeper = Scene(desk, workers).held_at("quickbooks", "payment.create", "slow", seconds=2)
    sleeper.freeze()

    workers.take_over()
    assert Posting.objects.get().state == Posting.State.VERIFIED
    done = Effect.objects.get(kind="reconciliation.post_payment")
    sleeper.thaw()
    wait_for(lambda: desk.sandbox.faults.count("quickbooks", "payment.read") >= 2, "the late one")
    workers.until_quiet()

    _one_payment_on_the_right_invoices(desk, owing)
    _one_receipt(desk)
    assert Effect.objects.get(pk=done.pk).finished_at == done.finished_at
