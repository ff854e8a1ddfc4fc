"""Records as odd as real books have them."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from arbook.gateways import quickbooks_faults, quickbooks_parse
from arbook.gateways.errors import Disconnected, Refused, Throttled, Unknown, Unreachable

NAMES = quickbooks_parse.Names(lambda entity: {"3": "Net 30"})


def raw_invoice(**fields):
    return {
        "Id": "130", "SyncToken": "2", "TxnDate": "2026-10-01", "TotalAmt": Decimal("362.07"),
        "Balance": 162, "CustomerRef": {"value": "24"}, "SomethingNew": {"of": ["2027"]},
    } | fields  # fmt: skip


def test_an_invoice_with_next_to_nothing_is_read():
    invoice = quickbooks_parse.invoice(raw_invoice())

    assert invoice.due_on is None
    assert invoice.updated_at is None
    assert (invoice.number, invoice.bill_email, invoice.terms, invoice.currency) == ("",) * 4
    assert invoice.balance == Decimal("162.00")


def test_what_quickbooks_delivered_and_offers_to_pay_is_seen():
    invoice = quickbooks_parse.invoice(
        raw_invoice(
            DeliveryInfo={"DeliveryType": "Email", "DeliveryTime": "2026-10-01T23:12:44-07:00"},
            AllowOnlineACHPayment=True,
            MetaData={"LastUpdatedTime": "2026-10-20T14:03:11-07:00"},
        )
    )

    assert invoice.delivered_on == date(2026, 10, 1)
    assert invoice.online_payment
    assert invoice.updated_at == datetime(2026, 10, 20, 21, 3, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"Id": ""}, "no Id"),
        ({"TxnDate": "10/01/2026"}, "TxnDate"),
        ({"TxnDate": None}, "TxnDate"),
        ({"DueDate": "2026-02-30"}, "DueDate"),
        ({"TotalAmt": "many"}, "TotalAmt"),
        ({"Balance": None}, "Balance"),
        ({"Balance": float("nan")}, "Balance"),
        ({"Balance": Decimal("1e999999")}, "Balance"),
        ({"CustomerRef": None}, "unexpected form"),
        ({"MetaData": {"LastUpdatedTime": "yesterday"}}, "not a time"),
    ],
)
def test_a_broken_invoice_is_named_and_stops_no_page(fields, reason):
    records = [raw_invoice(), raw_invoice(**fields), raw_invoice(Id="131")]

    page = quickbooks_parse.page("Invoice", records, names=NAMES)

    assert [invoice.id for invoice in page.rows] == ["130", "131"]
    assert reason in page.broken[0].reason
    assert page.broken[0].raw is records[1]


@pytest.mark.parametrize("record", [None, "text", 7, []])
def test_what_is_no_record_at_all_is_broken(record):
    page = quickbooks_parse.page("Payment", [record], names=NAMES)

    assert len(page.broken) == 1


def test_a_missing_field_is_named():
    record = raw_invoice()
    del record["Balance"]

    (broken,) = quickbooks_parse.page("Invoice", [record], names=NAMES).broken

    assert broken.reason == "Balance is missing."


def test_names_are_looked_up_once_and_unknown_ids_stay_as_they_are():
    asked = []
    names = quickbooks_parse.Names(lambda entity: asked.append(entity) or {"3": "Net 30"})

    said = [names.of(ref, "Term") for ref in ({"value": "3"}, {"value": "9"}, None, {"name": "X"})]

    assert said == ["Net 30", "9", "", "X"]
    assert asked == ["Term"]


def test_quickbooks_own_zero_payments_are_read_as_they_are():
    payment = quickbooks_parse.payment(
        {
            "Id": "9", "TxnDate": "2026-10-01", "TotalAmt": 0, "CustomerRef": {"value": "1"},
            "PrivateNote": "Created by QB Online to link credits to charges.",
            "Line": [
                {"Amount": 5, "LinkedTxn": [{"TxnId": "130", "TxnType": "Invoice"}]},
                {"Amount": 5, "LinkedTxn": [{"TxnId": "77", "TxnType": "CreditMemo"}]},
                {"Amount": 5},
            ],
        }
    )  # fmt: skip

    assert not payment.is_void
    assert [applied.txn_type for applied in payment.applied] == ["Invoice", "CreditMemo"]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-08-31T12:11:06-07:00", datetime(2026, 8, 31, 19, 11, 6, tzinfo=UTC)),
        ("2026-08-31T12:11:06-0700", datetime(2026, 8, 31, 19, 11, 6, tzinfo=UTC)),
        ("2026-11-20T15:01:02.179851517Z", datetime(2026, 11, 20, 15, 1, 2, 179851, tzinfo=UTC)),
        ("2026-11-20T07:00:00.000-08:00", datetime(2026, 11, 20, 15, 0, tzinfo=UTC)),
    ],
)
def test_times_of_every_spelling_are_one_instant(text, instant):
    assert quickbooks_parse.instant(text) == instant


UPPER = {"Fault": {"Error": [{"Message": "Stale", "Detail": "Stale Object", "code": "5010"}]}}
LOWER = {"fault": {"error": [{"message": "ThrottleExceeded", "detail": "x", "code": "003001"}]}}


@pytest.mark.parametrize(
    ("status", "body", "writes", "error"),
    [
        (400, UPPER, True, Refused),
        (400, LOWER, True, Throttled),
        (403, LOWER, True, Throttled),
        (429, {}, True, Throttled),
        (403, {"fault": {"error": [{"code": "3100"}]}}, False, Disconnected),
        (403, "<html>Forbidden</html>", True, Unreachable),
        (500, UPPER, True, Unknown),
        (500, UPPER, False, Unreachable),
        (503, "<html>Bad Gateway</html>", True, Unknown),
        (503, "<html>Bad Gateway</html>", False, Unreachable),
        (404, "<html>Not here</html>", False, Refused),
        (400, {"Fault": {"Error": [{"code": "10000"}]}}, True, Unknown),
        (400, {"Fault": {"Error": [{"code": "not a number"}]}}, True, Refused),
        (400, {"Fault": {"Error": []}}, True, Refused),
        (400, {"Fault": "odd"}, True, Refused),
        (400, {"Fault": {"Error": [{"code": "6190", "Detail": "ended"}]}}, True, Disconnected),
    ],
)
def test_the_meaning_of_an_answer_is_decided_by_status_then_code(status, body, writes, error):
    content = body.encode() if isinstance(body, str) else json.dumps(body).encode()

    found = quickbooks_faults.error_of(status, content, {"intuit_tid": "tid-1"}, writes=writes)

    assert isinstance(found, error)
    assert found.reference == "tid-1"


def test_a_401_is_a_rejected_token_whatever_it_holds():
    found = quickbooks_faults.error_of(401, b"<html>", {}, writes=True)

    assert isinstance(found, quickbooks_faults.TokenRejected)
