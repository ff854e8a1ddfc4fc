"""The aging: buckets partition, sums add up to the receivable, past days are worked back."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invoices import aging, drift
from invoices.aging_rows import INVOICE, Asked, Rows
from invoices.buckets import EARLY, RISK, SETS, STANDARD, BucketSet, age
from invoices.models import CreditMemo, JournalLine, PaymentLine
from invoices.receivable import Document, open_documents, receivable
from tests import factories as make
from tests.factories import TODAY

amounts = st.decimals("-9999.99", "9999.99", places=2).filter(bool)
documents = st.lists(
    st.builds(
        Document,
        kind=st.just("Invoice"),
        id=st.uuids().map(str),
        number=st.just(""),
        customer_id=st.integers(1, 4),
        amount=amounts,
        ages_from=st.dates(TODAY - timedelta(days=400), TODAY + timedelta(days=90)),
    ),
    max_size=40,
)
bucket_sets = st.sampled_from(list(SETS.values()))


@pytest.mark.parametrize(
    ("bucket_set", "days", "label"),
    [
        (STANDARD, -5, "Current"),
        (STANDARD, 0, "Current"),
        (STANDARD, 1, "1–30"),
        (STANDARD, 30, "1–30"),
        (STANDARD, 31, "31–60"),
        (STANDARD, 90, "61–90"),
        (STANDARD, 91, "90+"),
        (EARLY, -1, "Not due"),
        (EARLY, 0, "0–7"),
        (EARLY, 8, "8–14"),
        (EARLY, 30, "15–30"),
        (EARLY, 31, "30+"),
        (RISK, 0, "Current"),
        (RISK, 60, "31–60"),
        (RISK, 61, "60+"),
    ],
)
def test_days_past_due_stand_in_their_bucket(bucket_set, days, label):
    assert bucket_set.buckets[bucket_set.place(days)].label == label


def test_buckets_with_a_gap_or_an_end_are_refused():
    with pytest.raises(ValueError, match="rising"):
        BucketSet.of("odd", "Odd", [("a", 30), ("b", 10), ("c", None)])
    with pytest.raises(ValueError, match="no end"):
        BucketSet.of("odd", "Odd", [("a", 30), ("b", 60)])


@given(bucket_sets, st.integers(-4000, 4000))
def test_every_day_stands_in_exactly_one_bucket(bucket_set, days):
    assert sum(bucket.holds(days) for bucket in bucket_set.buckets) == 1


@given(documents, bucket_sets)
def test_buckets_and_credits_add_up_to_all_documents(found, bucket_set):
    aged = age(found, as_of=TODAY, bucket_set=bucket_set)

    assert aged.totals.total == sum((one.amount for one in found), Decimal(0))
    assert aged.totals.total == sum((one.total for one in aged.by_customer.values()), Decimal(0))
    assert aged.totals.credits <= 0
    assert all(amount >= 0 for amount in aged.totals.amounts)


@given(documents, bucket_sets, st.randoms(use_true_random=False))
def test_the_order_of_documents_does_not_matter(found, bucket_set, shuffle):
    mixed = list(found)
    shuffle.shuffle(mixed)

    assert age(mixed, as_of=TODAY, bucket_set=bucket_set) == age(
        found, as_of=TODAY, bucket_set=bucket_set
    )


@given(documents)
def test_the_same_documents_have_the_same_sum_in_every_bucket_set(found):
    totals = {age(found, as_of=TODAY, bucket_set=one).totals.total for one in SETS.values()}

    assert len(totals) == 1


def memo(of, total, remaining, **fields):
    fields = {"quickbooks_id": f"m{random.random()}", "issued_on": TODAY} | fields
    return CreditMemo.objects.create(
        company=of.company,
        customer=of,
        total=Decimal(total),
        remaining=Decimal(remaining),
        **fields,
    )


def journal(of, amount, journal_id="j1", **fields):
    fields = {"line_id": str(random.random()), "dated_on": TODAY - timedelta(days=45)} | fields
    return JournalLine.objects.create(
        company=of.company, customer=of, journal_id=journal_id, amount=Decimal(amount), **fields
    )


def settle(payment, kind, book_id, amount):
    PaymentLine.objects.create(
        payment=payment, document_type=kind, document_id=book_id, amount=Decimal(amount)
    )


@pytest.fixture
def company(db):
    return make.company()


@pytest.fixture
def customer(company):
    return make.customer(company, name="Alder")


def test_everything_that_counts_is_in_the_table(company, customer):
    make.invoice(customer, "100.00", due_on=TODAY)
    make.invoice(customer, "200.00", due_on=TODAY - timedelta(days=31))
    make.invoice(customer, "0.00")
    make.invoice(customer, "70.00", is_void=True)
    make.invoice(customer, "80.00", is_deleted=True)
    make.payment(customer, "30.00")
    memo(customer, "50.00", "5.00")
    journal(customer, "10.00")
    journal(customer, "-4.00", "j2")

    table = aging.table(company, as_of=TODAY)

    (row,) = table.rows
    assert row.sums.amounts == tuple(map(Decimal, ["100.00", "0", "210.00", "0", "0"]))
    assert row.sums.credits == Decimal("-39.00")
    assert row.oldest == 45
    assert table.receivable == row.total == receivable(company) == Decimal("271.00")
    assert drift.receivable(company) == table.receivable


def test_other_currencies_stand_apart_and_are_never_added(company, customer):
    make.invoice(customer, "100.00")
    make.invoice(customer, "900.00", currency="CAD")
    make.payment(customer, "25.00", currency="EUR")

    table = aging.table(company, as_of=TODAY)

    assert table.receivable == Decimal("100.00")
    assert {code: sums.total for code, sums in table.elsewhere.items()} == {
        "CAD": Decimal("900.00"),
        "EUR": Decimal("-25.00"),
    }


def test_an_invoice_without_due_date_ages_from_its_issue(company, customer):
    make.invoice(customer, "100.00", due_on=None, issued_on=TODAY - timedelta(days=40))

    (row,) = aging.table(company, as_of=TODAY, by=INVOICE).rows

    assert (row.days, row.bucket) == (40, "31–60")


def test_a_paid_invoice_is_open_again_on_a_day_before_its_payment(company, customer):
    paid = make.invoice(customer, "40.00", total=Decimal("100.00"))
    make.payment(customer, "60.00", on={paid: "60.00"}, paid_on=TODAY - timedelta(days=5))

    assert receivable(company) == Decimal("40.00")
    assert receivable(company, as_of=TODAY - timedelta(days=5)) == Decimal("40.00")
    assert receivable(company, as_of=TODAY - timedelta(days=6)) == Decimal("100.00")
    assert receivable(company, as_of=paid.issued_on - timedelta(days=1)) == Decimal("0.00")


def test_money_ahead_of_its_invoice_is_credit_until_the_invoice_exists(company, customer):
    bill = make.invoice(customer, "0.00", total=Decimal("80.00"), issued_on=TODAY)
    early = TODAY - timedelta(days=20)
    make.payment(customer, "80.00", on={bill: "80.00"}, paid_on=early)

    then = aging.table(company, as_of=early, today=TODAY)

    assert then.totals.credits == then.receivable == Decimal("-80.00")
    assert receivable(company) == Decimal("0.00")


def test_a_credit_memo_counts_on_the_days_before_it_was_applied(company, customer):
    bill = make.invoice(customer, "70.00", total=Decimal("100.00"))
    credit = memo(customer, "30.00", "0.00", issued_on=TODAY - timedelta(days=20))
    applied = make.payment(customer, "0.00", paid_on=TODAY - timedelta(days=3))
    settle(applied, "Invoice", bill.quickbooks_id, "30.00")
    settle(applied, "CreditMemo", credit.quickbooks_id, "30.00")

    then = aging.table(company, as_of=TODAY - timedelta(days=10), today=TODAY)

    assert sum(then.totals.amounts) == Decimal("100.00")
    assert then.totals.credits == Decimal("-30.00")
    assert then.receivable == receivable(company) == Decimal("70.00")


def test_a_transfer_between_customers_counts_for_each_of_them(company, customer):
    other = make.customer(company, name="Birch")
    journal(customer, "100.00")
    journal(other, "-100.00")
    paid = make.payment(customer, "60.00", unapplied=Decimal(0))
    settle(paid, "JournalEntry", "j1", "60.00")

    found = {one.customer_id: one.amount for one in open_documents(company)}

    assert found == {customer.pk: Decimal("40.00"), other.pk: Decimal("-100.00")}


def test_what_a_parent_pays_for_its_job_settles_the_jobs_entry(company, customer):
    parent = make.customer(company)
    journal(customer, "100.00")
    paid = make.payment(parent, "100.00", unapplied=Decimal(0))
    settle(paid, "JournalEntry", "j1", "100.00")

    assert open_documents(company) == []


HISTORY = st.lists(
    st.tuples(
        st.integers(0, 120),  # issued so many days ago
        st.integers(100, 90_000),  # cents
        st.lists(st.tuples(st.integers(0, 120), st.integers(1, 100)), max_size=3),  # paid: day, %
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25, deadline=None)
@given(HISTORY, st.integers(0, 130), bucket_sets)
def test_any_past_day_equals_the_ledger_of_that_day(
    django_db_setup, django_db_blocker, history, ago, bucket_set
):
    """What was invoiced less what was paid until a day is what the table of that day shows."""
    from django.db import transaction

    day = TODAY - timedelta(days=ago)
    with django_db_blocker.unblock(), transaction.atomic():
        company = make.company()
        customer = make.customer(company)
        ledger = Decimal(0)
        for issued, cents, parts in history:
            total, left = Decimal(cents) / 100, Decimal(cents) / 100
            bill = make.invoice(
                customer, "0.00", total=total, issued_on=TODAY - timedelta(days=issued)
            )
            ledger += total if bill.issued_on <= day else 0
            for paid, share in parts:
                part = min(left, (total * share / 100).quantize(Decimal("0.01")))
                if part:
                    paid_on = TODAY - timedelta(days=paid)
                    make.payment(customer, part, on={bill: part}, paid_on=paid_on)
                    left -= part
                    ledger -= part if paid_on <= day else 0
            bill.balance = left
            bill.save()

        table = aging.table(company, as_of=day, today=TODAY, bucket_set=bucket_set)
        known = age(open_documents(company, as_of=day), as_of=day, bucket_set=bucket_set)
        transaction.set_rollback(True)

    assert table.receivable == ledger
    assert table.totals == known.totals
    assert {row.customer_id: row.sums for row in table.rows} == known.by_customer


def test_rows_are_ordered_and_sliced_by_the_database(company):
    for number in range(7):
        make.invoice(make.customer(company, name=f"C{number}"), str(100 + number))
    rows = Rows(Asked(company, TODAY, TODAY))

    assert len(rows) == 7
    assert [row.customer for row in rows[0:3]] == ["C6", "C5", "C4"]
    assert [row.customer for row in rows.order_by("customer")[2:4]] == ["C2", "C3"]
    assert [row.customer for row in rows.order_by("-b1")[0:1]] == ["C6"]


def test_a_future_day_ages_what_is_open_today(company, customer):
    make.invoice(customer, "100.00", due_on=date(2026, 11, 25))

    table = aging.table(company, as_of=date(2026, 12, 25), today=TODAY)

    assert table.totals.amounts[1] == Decimal("100.00")
