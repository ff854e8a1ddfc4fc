"""The judges of `make chaos` can say no: each is shown a doctored ledger, and complains."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.chaos import judges
from tests.chaos.cast import DAY, PLACES, cast
from tests.chaos.judges import access, asking, day, messages, money, rows
from tests.chaos.ledger import (
    BookInvoice,
    BookPayment,
    Charge,
    Ledger,
    Letter,
    Person,
    Row,
    Stop,
    Text,
)
from tests.chaos.watch import Watch

NOON = datetime(DAY.year, DAY.month, DAY.day, 17, 0, tzinfo=UTC)
"""Noon in New York."""
REAL = 1_000_000.0
NEW_YORK = PLACES[0]
ASKING = "Harbor Dental: invoice A10001 for $100.00 is open. View or pay: http://x/pay/abc/"
MAIL = (
    "Hello,\n\n$100.00 is open.\n\nInvoice A10001: $100.00\n\nPay online: http://x/pay/abc/\n-- 1"
)


@pytest.fixture
def ledger() -> Ledger:
    """A day on which everything went well."""
    text = Text("SM1", "harbor", "+12125550100", ASKING, NOON, REAL)
    paid = Charge("pi_1", "harbor", "succeeded", Decimal("100.00"), {"7": Decimal("100.00")})
    posted = BookPayment(
        "90",
        "harbor",
        Decimal("100.00"),
        "arbook pi_1",
        Decimal("0.00"),
        {"7": Decimal("100.00")},
        REAL + 30,
    )
    totals = ((0.0, Decimal("100.00")),)
    return Ledger(
        texts=[text],
        letters=[Letter(1, "harbor", "ap@b.example", "Open", MAIL, NOON, REAL)],
        charges=[paid, Charge("pi_2", "harbor", "requires_payment_method", Decimal("5"), {})],
        payments=[posted],
        invoices=[
            BookInvoice("7", "A10001", "harbor", "3", Decimal("0.00"), totals),
            BookInvoice("8", "A10001", "harbor", "4", Decimal("100.00"), totals),
        ],
        people=[
            Person("3", "harbor", "ap@a.example", "+12125550100", NEW_YORK, True),
            Person("4", "harbor", "ap@b.example", "+12125550101", NEW_YORK, False),
        ],
        stops=[Stop("+12125550100", "harbor", "SM2", REAL + 100)],
        rows=[Row("effect 1", "messaging.send", "done", "", True)],
        inbound={"SM2": True},
        withdrawn={("harbor", "+12125550100")},
        known_texts={"SM1"},
        mirror={("harbor", "7"): Decimal("0.00"), ("harbor", "8"): Decimal("100.00")},
        captured={"pi_1": "succeeded"},
        looks=10,
        sessions=[("harbor", True)],
        secrets=[("connection 1", True)],
        faults=day.LEAST_FAULTS,
    )


def test_a_good_day_breaks_nothing_and_every_promise_has_cases(ledger):
    for verdict in judges.judge_all(ledger):
        assert verdict.breaches == (), verdict.promise
        assert verdict.checked, verdict.promise


def _doubled_payment(ledger):
    ledger.payments.append(replace(ledger.payments[0], id="91"))


def _missing_posting(ledger):
    ledger.payments.clear()


def _posting_of_a_failed_charge(ledger):
    ledger.charges[0] = replace(ledger.charges[0], state="requires_payment_method")


def _another_amount(ledger):
    ledger.payments[0] = replace(ledger.payments[0], total=Decimal("99.00"))


def _another_invoice(ledger):
    ledger.payments[0] = replace(ledger.payments[0], lines={"8": Decimal("100.00")})


def _left_over_while_open(ledger):
    ledger.payments[0] = replace(ledger.payments[0], lines={}, unapplied=Decimal("100.00"))
    ledger.invoices[0] = replace(ledger.invoices[0], balance=Decimal("100.00"))


def _payment_of_nobody(ledger):
    ledger.payments.append(replace(ledger.payments[0], id="92", note="who knows"))


def _drift(ledger):
    ledger.mirror["harbor", "8"] = Decimal("80.00")


def _uncaptured(ledger):
    ledger.captured.clear()


def _doubled_text(ledger):
    ledger.texts.append(replace(ledger.texts[0], sid="SM3", real=REAL + 1))


def _doubled_mail(ledger):
    ledger.letters.append(replace(ledger.letters[0], id=2, text=MAIL.replace("-- 1", "-- 2")))


def _two_reminders_a_day(ledger):
    later = ASKING.replace("is open", "is still open")
    ledger.texts.append(replace(ledger.texts[0], sid="SM3", body=later))


def _text_after_payment(ledger):
    ledger.texts[0] = replace(ledger.texts[0], real=REAL + 30 + asking.FRESH + 1)


def _text_over_too_much(ledger):
    ledger.texts[0] = replace(ledger.texts[0], body=ASKING.replace("$100.00", "$100.01"))


def _text_about_another_ones_invoice(ledger):
    ledger.texts[0] = replace(ledger.texts[0], body=ASKING.replace("A10001", "A19999"))


def _text_after_stop(ledger):
    ledger.stops[0] = replace(ledger.stops[0], real=REAL - messages.ON_THE_WIRE - 1)


def _text_without_consent(ledger):
    ledger.texts[0] = replace(ledger.texts[0], to="+12125550101")


def _text_to_a_stranger(ledger):
    ledger.texts[0] = replace(ledger.texts[0], to="+12125550999")


def _text_at_night(ledger):
    ledger.texts[0] = replace(ledger.texts[0], at=NOON + timedelta(hours=7, minutes=32))


def _mail_before_seven(ledger):
    ledger.letters[0] = replace(ledger.letters[0], at=NOON - timedelta(hours=5, minutes=1))


def _lost_reply(ledger):
    ledger.inbound["SM2"] = False


def _unwritten_stop(ledger):
    ledger.withdrawn.clear()


def _unknown_text(ledger):
    ledger.known_texts.clear()


def _stuck_row(ledger):
    ledger.rows.append(Row("effect 2", "messaging.send", "in_flight", "", True))


def _due_row(ledger):
    ledger.rows.append(Row("event 2", "stripe charge.succeeded", "received", "Throttled", True))


def _dead_without_cause(ledger):
    ledger.rows.append(Row("event 2", "stripe charge.succeeded", "dead", "", True))


def _stall(ledger):
    watch = Watch()
    watch.seen_waiting("effect 1", 59.0)
    assert not watch.stalls
    watch.seen_waiting("effect 1", 61.0)
    ledger.stalls = watch.stalls


def _lost_session(ledger):
    ledger.sessions.append(("mesa", False))


def _unreadable_secret(ledger):
    ledger.secrets.append(("connection 2", False))


def _touched_chain(ledger):
    ledger.chain = "entry 5 was changed"


def _a_kind_never_hit(ledger):
    ledger.never_hit = ["SIGKILL pusher"]


def _too_few_faults(ledger):
    ledger.faults -= 1


DOCTORED = [
    (_doubled_payment, money.posted_once),
    (_missing_posting, money.posted_once),
    (_posting_of_a_failed_charge, money.posted_once),
    (_another_amount, money.posted_once),
    (_another_invoice, money.on_the_right_invoices),
    (_left_over_while_open, money.on_the_right_invoices),
    (_payment_of_nobody, money.nothing_strange_in_the_books),
    (_drift, money.mirror_agrees),
    (_uncaptured, money.captured),
    (_doubled_text, messages.no_text_twice),
    (_doubled_mail, messages.no_mail_twice),
    (_two_reminders_a_day, messages.within_the_budget),
    (_text_after_payment, messages.none_after_payment),
    (_text_over_too_much, messages.none_after_payment),
    (_text_about_another_ones_invoice, messages.none_after_payment),
    (_text_after_stop, messages.none_after_stop),
    (_text_without_consent, messages.none_without_consent),
    (_text_to_a_stranger, messages.none_without_consent),
    (_text_at_night, messages.within_the_hours),
    (_mail_before_seven, messages.within_the_hours),
    (_lost_reply, rows.every_reply_kept),
    (_unwritten_stop, rows.every_stop_written),
    (_unknown_text, rows.every_text_known),
    (_stuck_row, rows.every_row_settled),
    (_due_row, rows.every_row_settled),
    (_dead_without_cause, rows.every_row_settled),
    (_stall, rows.no_stall),
    (_lost_session, access.sessions_hold),
    (_unreadable_secret, access.secrets_readable),
    (_touched_chain, access.chain_verifies),
    (_a_kind_never_hit, day.every_kind_hit),
    (_too_few_faults, day.enough_faults),
]


@pytest.mark.parametrize(
    ("doctor", "judge"), DOCTORED, ids=lambda one: one.__name__.strip("_").replace("_", "-")
)
def test_a_doctored_ledger_is_refused(ledger, doctor, judge):
    doctor(ledger)

    assert len(judge(ledger).breaches) == 1


def test_every_judge_was_shown_a_breach():
    assert {judge for _, judge in DOCTORED} == set(judges.JUDGES)


def test_the_cast_is_two_companies_with_a_thousand_invoices_and_numbers_of_their_own():
    clients = cast(1)

    payers = [payer for client in clients for payer in client.payers]
    assert [client.slug for client in clients] == ["harbor", "mesa"]
    assert sum(len(payer.bills) for payer in payers) == 1000
    assert len({payer.mobile for payer in payers}) == len(payers)
    assert cast(1) == clients != cast(2)
