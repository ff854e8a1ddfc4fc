"""The one thing we write into the books: once, exactly, and nothing else."""

import json
from decimal import Decimal

import pytest

from arbook import clock
from arbook.gateways import quickbooks_wire
from arbook.gateways.errors import Refused, Throttled, Unknown, Unreachable
from arbook.gateways.quickbooks_wire import Wire, quoted, written


@pytest.fixture
def invoice(ledger):
    customer = ledger.add_customer("Harbor")
    return ledger.add_invoice(customer["Id"], Decimal("162.07"))


def record(books, invoice, **fields):
    facts = {
        "request_id": "pay-1",
        "customer_id": invoice["CustomerRef"]["value"],
        "paid_on": clock.now().date(),
        "total": Decimal("200.00"),
        "applied": [(invoice["Id"], Decimal("162.07"))],
        "reference": "ST-7QK2M9XF",
        "note": "arbook pi_3Q / Ünal – paid",
    }
    return books.record_payment(**facts | fields)


def test_a_payment_is_recorded_on_its_invoice(ledger, books, invoice):
    payment = record(books, invoice)

    assert (payment.total, payment.unapplied) == (Decimal("200.00"), Decimal("37.93"))
    assert ledger.get("Invoice", invoice["Id"])["Balance"] == 0
    stored = ledger.get("Payment", payment.id)
    assert stored["PaymentRefNum"] == "ST-7QK2M9XF"
    assert stored["PrivateNote"] == "arbook pi_3Q / Ünal – paid"
    assert books.find_payment("ST-7QK2M9XF") == books.read_payment(payment.id)
    assert books.find_payment("ST-NEVER") is None


def test_the_same_request_id_records_once(ledger, books, invoice):
    first, second = record(books, invoice), record(books, invoice)

    assert first.id == second.id
    assert len(ledger.all("Payment")) == 1


def test_a_lost_answer_is_unknown_and_the_payment_can_be_found(sandbox, ledger, books, invoice):
    sandbox.faults.add("quickbooks", "payment.create", "drop_after", times=1)

    with pytest.raises(Unknown):
        record(books, invoice)

    assert sandbox.faults.count("quickbooks", "payment.create") == 1
    assert books.find_payment("ST-7QK2M9XF").total == Decimal("200.00")
    assert record(books, invoice).id == books.find_payment("ST-7QK2M9XF").id


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("429", Throttled),
        ("500", Unknown),
        ("html502", Unknown),
        ("drop_before", Unknown),
        ("fault200", Refused),
    ],
)
def test_what_a_failed_write_means(sandbox, books, invoice, kind, error):
    sandbox.faults.add("quickbooks", "payment.create", kind, times=1)

    with pytest.raises(error) as caught:
        record(books, invoice)

    assert type(caught.value) is error
    assert sandbox.faults.count("quickbooks", "payment.create") == 1


def test_a_write_that_takes_too_long_is_unknown(sandbox, books, invoice, settings):
    settings.VENDOR_TIMEOUT = 0.3
    sandbox.faults.add("quickbooks", "payment.create", "slow", seconds=1.0, times=1)

    with pytest.raises(Unknown, match="in time"):
        record(books, invoice)


def test_without_a_connection_nothing_was_done(books, invoice, settings):
    settings.QUICKBOOKS_API_URL = "http://127.0.0.1:9"

    with pytest.raises(Unreachable):
        record(books, invoice)


def test_quickbooks_own_refusal_carries_its_code(ledger, books, invoice):
    with pytest.raises(Refused) as caught:
        record(books, invoice, customer_id="99999")

    assert caught.value.code == "2500"
    assert caught.value.reference


@pytest.mark.parametrize(
    "fields",
    [
        {"reference": "ST-" + "X" * 19},
        {"request_id": "x" * 51},
        {"request_id": ""},
        {"total": Decimal("162.06")},
        {"total": Decimal("0"), "applied": []},
    ],
)
def test_a_payment_that_cannot_be_right_never_leaves(sandbox, ledger, books, invoice, fields):
    with pytest.raises(Refused):
        record(books, invoice, **fields)

    assert sandbox.faults.count("quickbooks", "payment.create") == 0


@pytest.mark.parametrize(
    "write",
    [
        lambda wire: wire.create_object("Invoice", "{}", request_id="x"),
        lambda wire: wire.update_object("Customer", "{}"),
        lambda wire: wire.update_object("Payment", '{"Id":"1"}', params={"requestid": "x"}),
        lambda wire: wire.delete_object("Payment", '{"Id":"1"}', request_id="x"),
        lambda wire: wire.create_object("Payment", "{}", request_id="x",
                                        params={"operation": "void"}),
        lambda wire: wire.create_object("Payment", "{}", request_id="x",
                                        params={"include": "void"}),
        lambda wire: wire.create_object("Payment", "{}"),
        lambda wire: wire.batch_operation("{}"),
        lambda wire: wire.misc_operation("invoice/1/send", None, "application/octet-stream"),
        lambda wire: wire.post(f"{wire.api_url}/company/other/payment", "{}", request_id="x"),
        lambda wire: wire.get(f"{wire.api_url}/company/other/invoice/1"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_before_it_leaves(ledger, books, sandbox, write):
    sandbox.faults.forget()
    wire = Wire(realm=ledger.realm, token="any")

    with pytest.raises(Refused):
        write(wire)

    assert sandbox.faults.count("quickbooks") == 0


def test_amounts_are_written_digit_for_digit():
    body = {"TotalAmt": Decimal("1234567890.10"), "Line": [{"Amount": Decimal("0.07")}], "n": 'ä"'}

    text = written(body)

    assert '"TotalAmt":1234567890.10' in text
    assert '"Amount":0.07' in text
    assert json.loads(text)["n"] == 'ä"'


def test_a_literal_cannot_break_out():
    assert quoted("O'Neil \\ co") == "'O\\'Neil \\\\ co'"


def test_the_list_of_writes_is_short():
    assert quickbooks_wire.WRITES == {"payment": "create"}
