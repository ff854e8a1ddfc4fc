"""Rows written in bulk: text is made storable; see tests/invoices/sync for the rest."""

from datetime import UTC, date, datetime
from decimal import Decimal

from django.db import transaction

from arbook.upsert import storable, upsert
from invoices.mirror_targets import INVOICES
from invoices.models import Invoice
from tests import factories


def test_text_is_kept_as_postgres_can_store_it():
    assert storable("plain") == "plain"
    assert storable("Süß") == "Süß"
    assert storable("a\x00b") == "ab"
    assert storable("half \ud83d pair") == "half ? pair"


def test_every_text_arrives_as_it_was_and_a_missing_day_stays_missing(db):
    customer = factories.customer(factories.company())
    texts = [
        "",
        "a, b",
        'say "so"',
        "two\nlines",
        "a\r\nb",
        "\\.",
        "\\N",
        " tab\there ",
        "NULL",
        "ß",
    ]
    empty = {"sync_token": "0", "currency": "USD", "online_payment": False, "is_void": False}
    rows = [
        empty
        | {"quickbooks_id": str(number), "number": text, "memo": text, "terms": text}
        | {"customer_id": customer.pk, "bill_email": "", "email_status": ""}
        | {"issued_on": date(2026, 10, 1), "total": Decimal("7.10"), "balance": Decimal("7.10")}
        for number, text in enumerate(texts)
    ]

    with transaction.atomic():
        written = upsert(
            INVOICES,
            [[row.get(column) for column in INVOICES.columns] for row in rows],
            constants={
                "company_id": customer.company_id,
                "is_deleted": False,
                "read_at": datetime(2026, 10, 2, tzinfo=UTC),
            },
        )

    assert all(row.is_new for row in written)
    stored = Invoice.objects.order_by("pk").values_list("memo", "number", "due_on", "balance")
    assert list(stored) == [(text, text, None, Decimal("7.10")) for text in texts]
