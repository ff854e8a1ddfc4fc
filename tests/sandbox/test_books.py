import os
from datetime import timedelta

import pytest
from intuitlib.client import AuthClient
from quickbooks import QuickBooks
from quickbooks.objects.customer import Customer
from quickbooks.objects.invoice import Invoice

from arbook.sandbox import clock
from arbook.sandbox.quickbooks.refusals import Refusal


@pytest.fixture
def customer(books):
    return books.add_customer("Harbor Dental", email="ap@harbor.example")["Id"]


def _payment(customer: str, total, *parts) -> dict:
    lines = [
        {"Amount": amount, "LinkedTxn": [{"TxnId": id_, "TxnType": "Invoice"}]}
        for id_, amount in parts
    ]
    return {"CustomerRef": {"value": customer}, "TotalAmt": total, "Line": lines}


def _code(answer) -> str:
    return answer.json()["Fault"]["Error"][0]["code"]


def test_a_payment_takes_from_the_balance_and_keeps_the_rest_unapplied(books, api, customer):
    invoice = books.add_invoice(customer, "162.07")["Id"]

    paid = api.post("/payment", _payment(customer, "200.00", (invoice, 162.07))).json()["Payment"]

    assert paid["UnappliedAmt"] == 37.93
    after = books.get("Invoice", invoice)
    assert after["Balance"] == 0
    assert after["LinkedTxn"] == [{"TxnId": paid["Id"], "TxnType": "Payment"}]
    assert books.get("Customer", customer)["Balance"] == -37.93


def test_more_than_the_open_balance_is_refused_and_changes_nothing(books, api, customer):
    invoice = books.add_invoice(customer, 100)["Id"]

    answer = api.post("/payment", _payment(customer, 150, (invoice, 150)))

    assert _code(answer) == "6000"
    assert books.get("Invoice", invoice)["Balance"] == 100
    assert books.all("Payment") == []


def test_lines_above_the_total_are_refused(books, api, customer):
    invoice = books.add_invoice(customer, 100)["Id"]

    assert _code(api.post("/payment", _payment(customer, 50, (invoice, 60)))) == "6000"


def test_the_same_requestid_gives_the_first_answer_and_one_payment(books, api, customer):
    invoice = books.add_invoice(customer, 100)["Id"]
    body = _payment(customer, 100, (invoice, 100))

    first = api.post("/payment", body, requestid="p-1")
    second = api.post("/payment", body, requestid="p-1")

    assert first.content == second.content
    assert len(books.payments_on(invoice)) == 1


def test_a_stale_sync_token_is_5010(books, api, customer):
    invoice = books.add_invoice(customer, 100)
    books.edit("Invoice", invoice["Id"], PrivateNote="changed")

    body = {"Id": invoice["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "mine"}

    assert _code(api.post("/invoice", body)) == "5010"


def test_a_closed_period_is_6210(books, api, customer):
    books.ledger.preferences["AccountingInfoPrefs"]["BookCloseDate"] = "2026-06-30"

    body = _payment(customer, 10) | {"TxnDate": "2026-06-15"}

    assert _code(api.post("/payment", body)) == "6210"


def test_voiding_a_payment_opens_the_invoice_again(books, api, customer):
    invoice = books.add_invoice(customer, 100)["Id"]
    paid = books.pay_by_check(invoice)

    body = {"Id": paid["Id"], "SyncToken": "0", "sparse": True}
    voided = api.post("/payment", body, operation="update", include="void").json()["Payment"]

    assert voided["TotalAmt"] == 0
    assert voided["PrivateNote"].startswith("Voided")
    assert books.get("Invoice", invoice)["Balance"] == 100
    assert books.get("Customer", customer)["Balance"] == 100


def test_deleting_an_invoice_leaves_its_money_unapplied(books, customer):
    invoice = books.add_invoice(customer, 100)["Id"]
    paid = books.pay_by_check(invoice, 60)["Id"]

    books.delete("Invoice", invoice)

    assert books.get("Payment", paid)["UnappliedAmt"] == 60
    assert books.get("Customer", customer)["Balance"] == -60


def test_deleted_rows_stand_in_change_data_capture_only_and_voided_ones_in_queries(
    books, api, customer
):
    deleted, voided = (books.add_invoice(customer, 10)["Id"] for _ in range(2))
    books.delete("Invoice", deleted)
    books.void("Invoice", voided)

    rows = api.query("SELECT * FROM Invoice")["Invoice"]
    since = (clock.now() - timedelta(hours=1)).isoformat()
    captured = api.get("/cdc", entities="Invoice,Payment", changedSince=since).json()
    found, nothing = captured["CDCResponse"][0]["QueryResponse"]

    assert [row["Id"] for row in rows] == [voided]
    assert rows[0]["TotalAmt"] == 0
    assert {row["Id"]: row.get("status") for row in found["Invoice"]} == {
        voided: None,
        deleted: "Deleted",
    }
    assert nothing == {}


def test_change_data_capture_stops_at_a_thousand(books, api):
    from arbook.sandbox import seed

    seed.bulk(books, 1200)
    since = (clock.now() - timedelta(hours=1)).isoformat()

    captured = api.get("/cdc", entities="Invoice", changedSince=since).json()

    assert len(captured["CDCResponse"][0]["QueryResponse"][0]["Invoice"]) == 1000


def test_change_data_capture_looks_back_thirty_days(api):
    since = (clock.now() - timedelta(days=32)).isoformat()

    assert api.get("/cdc", entities="Invoice", changedSince=since).status_code == 400


def test_a_credit_memo_is_applied_by_a_payment_over_nothing(books, customer):
    invoice = books.add_invoice(customer, 100)["Id"]

    memo = books.credit(customer, 30, apply_to=invoice)

    link = books.payments_on(invoice)[0]
    assert memo["RemainingCredit"] == 0
    assert books.get("Invoice", invoice)["Balance"] == 70
    assert (link["TotalAmt"], link["UnappliedAmt"]) == (0, 0)
    assert books.get("Customer", customer)["Balance"] == 70


def test_a_journal_entry_moves_the_customers_balance_and_must_name_one(books, customer):
    receivable = next(a["Id"] for a in books.all("Account") if a["AccountType"].startswith("Acc"))
    income = next(a["Id"] for a in books.all("Account") if a["AccountType"] == "Income")

    def lines(who: dict) -> list[dict]:
        return [
            {
                "Amount": 40,
                "DetailType": "JournalEntryLineDetail",
                "JournalEntryLineDetail": {"PostingType": side, "AccountRef": {"value": account}}
                | extra,
            }
            for side, account, extra in (("Debit", receivable, who), ("Credit", income, {}))
        ]

    who = {"Entity": {"Type": "Customer", "EntityRef": {"value": customer}}}
    books.create("JournalEntry", {"Line": lines(who)})

    assert books.get("Customer", customer)["Balance"] == 40
    with pytest.raises(Refusal, match="choose a customer"):
        books.create("JournalEntry", {"Line": lines({})})


def test_a_merge_moves_the_documents_and_removes_one_customer(books, customer):
    other = books.add_customer("Harbor Dental LLC")["Id"]
    invoice = books.add_invoice(other, 55)["Id"]

    books.merge(other, customer)

    assert books.get("Invoice", invoice)["CustomerRef"]["value"] == customer
    assert books.get("Customer", customer)["Balance"] == 55
    with pytest.raises(Refusal, match="610"):
        books.get("Customer", other)


def test_names_are_unique_and_numbers_are_unique(books, api, customer):
    books.add_invoice(customer, 1, DocNumber="77")

    line = {"Amount": 5, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {}}
    twice = {"CustomerRef": {"value": customer}, "DocNumber": "77", "Line": [line]}

    assert _code(api.post("/customer", {"DisplayName": "HARBOR dental"})) == "6240"
    assert _code(api.post("/invoice", twice)) == "6140"


def test_unknown_fields_are_2010(api):
    assert _code(api.post("/customer", {"DisplayName": "A", "Colour": "red"})) == "2010"


def test_a_batch_fails_item_by_item(books, api, customer):
    items = [
        {"bId": "1", "operation": "create", "Payment": _payment(customer, 10)},
        {"bId": "2", "operation": "create", "Payment": _payment("404", 10)},
        {"bId": "3", "Query": "SELECT COUNT(*) FROM Payment"},
    ]

    answers = api.post("/batch", {"BatchItemRequest": items}).json()["BatchItemResponse"]

    assert answers[0]["Payment"]["UnappliedAmt"] == 10
    assert answers[1]["Fault"]["Error"][0]["code"] == "2500"
    assert answers[2]["QueryResponse"]["totalCount"] == 1


def test_the_aging_report_adds_up_to_the_customers_balances(books, api, customer):
    books.add_invoice(customer, 100, TxnDate="2026-01-05", DueDate="2026-01-20")
    books.credit(customer, 25)
    books.pay(customer, 10)

    detail = api.get("/reports/AgedReceivableDetail").json()
    summary = api.get("/reports/AgedReceivables").json()

    total = detail["Rows"]["Row"][-1]["Summary"]["ColData"][-1]["value"]
    assert total == summary["Rows"]["Row"][-1]["Summary"]["ColData"][-1]["value"] == "65.00"
    kinds = [
        leaf["ColData"][1]["value"]
        for section in detail["Rows"]["Row"]
        for leaf in section.get("Rows", {}).get("Row", [])
    ]
    assert sorted(kinds) == ["Credit Memo", "Invoice", "Payment"]


def test_an_answer_is_xml_unless_json_is_accepted(api):
    answer = api.session.get(api.root + "/preferences", headers={"Accept": "*/*"})

    assert answer.headers["Content-Type"] == "application/xml"


def test_the_invoice_has_a_pdf_and_can_be_mailed(vendors, books, api, customer):
    invoice = books.add_invoice(customer, 10, DocNumber="1037")["Id"]

    pdf = api.get(f"/invoice/{invoice}/pdf").content
    sent = api.post(f"/invoice/{invoice}/send", None, sendTo="new@harbor.example").json()

    assert pdf.startswith(b"%PDF")
    assert sent["Invoice"]["BillEmail"]["Address"] == "new@harbor.example"
    assert vendors.mailbox[-1].attachments[0].content.startswith(b"%PDF")


def test_python_quickbooks_reads_and_writes(vendors, books, customer, monkeypatch):
    monkeypatch.setitem(os.environ, "OAUTHLIB_INSECURE_TRANSPORT", "1")
    base = vendors.url + "/quickbooks"
    client = QuickBooks(
        auth_client=AuthClient(
            "sandbox", "sandbox-secret", "http://x", f"{base}/.well-known/openid_configuration"
        ),
        refresh_token="RT-first",
        company_id=books.realm,
        minorversion=75,
    )
    client.api_url_v3 = client.sandbox_api_url_v3 = f"{base}/v3"
    invoice = books.add_invoice(customer, 10)["Id"]

    named = Customer.get(int(customer), qb=client)
    named.Notes = "VIP"
    named.save(qb=client)
    Invoice.get(int(invoice), qb=client).void(qb=client)

    assert books.get("Customer", customer)["Notes"] == "VIP"
    assert books.get("Invoice", invoice)["Balance"] == 0
