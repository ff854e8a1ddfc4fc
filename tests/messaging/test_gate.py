"""The gate as a table: each fact flips its own check and no other."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from arbook import places
from arbook.companies.stops import Stop
from messaging import gate, wording
from messaging.facts import (
    CompanyFacts,
    Connected,
    ContactFact,
    Facts,
    HoldFact,
    InvoiceFact,
    StepFact,
)

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
HARTFORD = places.locate(postal_code="06103", state="CT", city="Hartford")

COMPANY = CompanyFacts(
    name="Harbor Dental",
    mode="review",
    zone=ZoneInfo("America/New_York"),
    currency="USD",
    stop=None,
    sends_from=time(9),
    sends_until=time(19, 30),
    review_above=Decimal("10000"),
    per_week=3,
    books=Connected(True, "connected", NOW),
    books_read_at=NOW - timedelta(minutes=5),
    books_max_age=timedelta(hours=24),
    texts=Connected(True, "campaign VERIFIED", NOW),
    test_email="",
    test_phone="",
)
STEP = StepFact(1, "T+14 Text", "sms", "text-reminder", "automatic", False, date(2026, 11, 19))
INVOICE = InvoiceFact(
    id=7,
    quickbooks_id="7",
    number="1042",
    issued_on=date(2026, 11, 1),
    due_on=date(2026, 11, 10),
    balance=Decimal("100.00"),
    currency="USD",
    read_at=NOW,
    step=STEP,
)
FACTS = Facts(
    now=NOW,
    stage="plan",
    company=COMPANY,
    customer_id=1,
    name="Alder Finch",
    is_active=True,
    is_gone=False,
    customer_read_at=NOW,
    silent_tag="",
    invoices=(INVOICE,),
    net_balance=Decimal("100.00"),
    credit=Decimal("0.00"),
    holds=(),
    reply_since=None,
    email=ContactFact(1, "email", "ap@alder.example"),
    sms=ContactFact(2, "sms", "+18605550142", "given", "Given Nov 1 by the pay page."),
    place=HARTFORD,
    mail_place=HARTFORD,
    findings=(),
)


def hold(reason="promise", until=None, note="") -> HoldFact:
    labels = {"promise": "a promise to pay", "dispute": "a dispute", "person": "paused by a person"}
    return HoldFact(1, reason, labels.get(reason, reason), note, until, NOW)


def of_company(**fields) -> dict:
    return {"company": replace(COMPANY, **fields)}


def of_invoice(**fields) -> dict:
    return {"invoices": (replace(INVOICE, **fields),)}


FLIPS = [
    ("company", of_company(stop=Stop("holiday", NOW, None, company="Harbor Dental"))),
    ("connection", of_company(books=Connected(False, "QuickBooks is not connected"))),
    ("books_fresh", of_company(books_read_at=NOW - timedelta(hours=25))),
    ("books_fresh", of_company(books_read_at=None)),
    ("customer", {"is_active": False}),
    ("customer", {"is_gone": True}),
    ("do_not_dun", {"silent_tag": "VIP"}),
    ("open_invoices", of_invoice(balance=Decimal("0.00"))),
    ("open_invoices", of_invoice(is_void=True)),
    ("open_invoices", of_invoice(is_gone=True)),
    ("currency", of_invoice(currency="CAD")),
    ("net_balance", {"net_balance": Decimal("0.00"), "credit": Decimal("100.00")}),
    ("net_balance", {"net_balance": Decimal("-5.00"), "credit": Decimal("105.00")}),
    ("customer_hold", {"holds": (hold("escalation"),)}),
    ("invoice_hold", of_invoice(holds=(hold(),))),
    ("invoice_hold", of_invoice(holds=(hold("person"),))),
    ("dispute", of_invoice(disputed=Decimal("100.00"))),
    ("in_flight", of_invoice(flying=Decimal("100.00"))),
    ("reply", {"reply_since": NOW - timedelta(hours=3)}),
    ("contact", {"sms": None}),
    ("consent", {"sms": ContactFact(2, "sms", "+18605550142", "unknown", "")}),
    ("consent", {"sms": ContactFact(2, "sms", "+18605550142", "withdrawn", "Withdrawn.")}),
    ("channel", of_company(texts=Connected(False, "the campaign is FAILED, not VERIFIED"))),
    ("budget", {"touches": (NOW - timedelta(hours=1),)}),
    ("budget", {"touches": tuple(NOW - timedelta(days=day) for day in (2, 4, 6))}),
    ("test_address", of_company(mode="dry_run")),
    ("wording", {"findings": (wording.Finding("threat", "stop", "or else", "A threat.", 0),)}),
]


def test_everything_in_order_passes():
    verdict = gate.decide(FACTS)

    assert verdict.passed
    assert verdict.channel == "sms"
    assert verdict.total == Decimal("100.00")
    assert not verdict.needs_person
    assert {one.result for one in verdict.checks} <= {"pass", "skip"}


@pytest.mark.parametrize(("check", "change"), FLIPS)
def test_one_fact_flips_only_its_own_check(check, change):
    verdict = gate.decide(replace(FACTS, **change))

    stops = [one.check for one in verdict.checks if one.result == "stop"]
    assert stops == [check]
    assert verdict.stopped_by == check
    assert not verdict.passed
    assert verdict.sentence.endswith(".")


def test_every_check_is_flipped_by_the_table():
    flipped = {check for check, _ in FLIPS} | {"hours", "limit"}
    assert flipped == {one.check for one in gate.decide(FACTS).checks}


def test_at_night_it_waits_when_planned_and_stops_at_the_wire():
    night = replace(FACTS, now=NOW + timedelta(hours=12))
    planned = gate.decide(night)
    at_wire = gate.decide(replace(night, stage="wire"))

    assert planned.passed
    assert planned.not_before.isoformat() == "2026-11-23T14:00:00+00:00"
    assert "09:00 Mon" in planned.of("hours").sentence
    assert at_wire.stopped_by == "hours"
    assert at_wire.until == planned.not_before


def test_over_the_limit_a_person_must_say_yes():
    much = replace(FACTS, **of_invoice(balance=Decimal("10000.01")))

    assert gate.decide(much).passed
    assert gate.decide(much).needs_person
    assert gate.decide(replace(much, stage="wire")).stopped_by == "limit"
    assert gate.decide(replace(much, stage="wire", is_approved=True)).passed


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"sms": None}, "no mobile number"),
        ({"sms": ContactFact(2, "sms", "+18605550142")}, "no consent for (860) 555-0142"),
        ({"sms": ContactFact(2, "sms", "+18605550142", "withdrawn")}, "opted out"),
        (of_company(texts=Connected(False, "Twilio is not connected")), "Twilio is not connected"),
    ],
)
def test_a_step_that_may_falls_back_to_mail_and_says_why(change, why):
    step = replace(STEP, falls_back_to_mail=True)
    verdict = gate.decide(replace(FACTS, **({"invoices": (replace(INVOICE, step=step),)} | change)))

    assert verdict.passed
    assert verdict.channel == "email"
    assert why in verdict.of("contact").sentence


def test_mail_that_was_unsubscribed_does_not_leave():
    step = replace(STEP, action="email")
    facts = replace(
        FACTS,
        invoices=(replace(INVOICE, step=step),),
        email=ContactFact(1, "email", "ap@alder.example", "withdrawn", "Withdrawn by a reply."),
    )
    assert gate.decide(facts).stopped_by == "consent"


def test_held_disputed_and_paid_invoices_drop_out_and_the_rest_goes_on():
    rows = (
        replace(INVOICE, id=1, balance=Decimal("0.00")),
        replace(INVOICE, id=2, holds=(hold(),)),
        replace(INVOICE, id=3, disputed=Decimal("30.00"), holds=(hold("dispute"),)),
        replace(INVOICE, id=4, flying=Decimal("100.00")),
        replace(INVOICE, id=5),
    )
    verdict = gate.decide(replace(FACTS, invoices=rows, net_balance=Decimal("400.00")))

    assert verdict.passed
    assert [(one.id, one.asked) for one in verdict.lines] == [
        (3, Decimal("70.00")),
        (5, Decimal("100.00")),
    ]
    assert verdict.total == Decimal("170.00")


def test_the_oldest_invoice_sets_the_step():
    firm = replace(STEP, template="text-firm", reminder_id=2)
    rows = (
        replace(INVOICE, id=1, due_on=date(2026, 10, 1), step=firm),
        replace(INVOICE, id=2),
    )
    assert gate.decide(replace(FACTS, invoices=rows)).step == firm


def test_a_hold_says_until_when_in_whole_days():
    until = datetime(2026, 11, 28, 5, 0, tzinfo=UTC)  # midnight in Hartford
    facts = replace(FACTS, **of_invoice(holds=(hold("promise", until, "called on Monday"),)))

    verdict = gate.decide(facts)

    expected = "A promise to pay (called on Monday), quiet until Fri Nov 27."
    assert verdict.sentence == expected
    assert verdict.until == until
