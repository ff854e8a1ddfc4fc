import pytest

from arbook.sandbox.quickbooks.query import parse
from arbook.sandbox.quickbooks.refusals import Refusal


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("SELECT * FROM Invoice WHERE", "4000"),
        ("SELECT * FROM Invoice WHERE Balance > 0", "4000"),
        ("SELECT * FROM Invoice WHERE Id = '1' OR Id = '2'", "4000"),
        ("DELETE FROM Invoice", "4000"),
        ("SELECT * FROM Nothing", "4001"),
        ("SELECT * FROM Payment WHERE UnappliedAmt > '0'", "4001"),
        ("SELECT * FROM Invoice WHERE TotalAmt > '0'", "4001"),
        ("SELECT * FROM Invoice MAXRESULTS 1001", "4001"),
    ],
)
def test_what_is_no_statement_or_asks_too_much_is_refused(text, code):
    with pytest.raises(Refusal) as refused:
        parse(text)

    assert refused.value.code == code


def test_get_and_post_give_the_same_page(books, api):
    customer = books.add_customer("Harbor Dental")["Id"]
    for number in range(5):
        books.add_invoice(customer, 100 + number)
    text = "SELECT * FROM Invoice ORDERBY Id DESC STARTPOSITION 2 MAXRESULTS 2"

    posted = api.query(text)
    got = api.get("/query", query=text).json()["QueryResponse"]

    assert posted == got
    assert [invoice["TotalAmt"] for invoice in got["Invoice"]] == [103, 102]
    assert (got["startPosition"], got["maxResults"]) == (2, 2)


def test_quotes_are_escaped_with_a_backslash(books, api):
    books.add_customer("O'Brien \\ Sons")

    found = api.query("SELECT * FROM Customer WHERE DisplayName = 'O\\'Brien \\\\ Sons'")

    assert len(found["Customer"]) == 1


def test_operators_compare_amounts_days_times_and_lists(books, api):
    customer = books.add_customer("Harbor Dental")["Id"]
    one = books.add_invoice(customer, 100, TxnDate="2026-03-01", DocNumber="A-1")
    two = books.add_invoice(customer, 900.5, TxnDate="2026-04-01", DocNumber="B-1")

    def ids(where: str) -> list[str]:
        rows = api.query(f"SELECT Id FROM Invoice WHERE {where}").get("Invoice", [])
        return [row["Id"] for row in rows]

    assert ids("Balance > '100'") == [two["Id"]]
    assert ids("TxnDate <= '2026-03-15' AND Balance >= '100.00'") == [one["Id"]]
    assert ids(f"Id IN ('{one['Id']}', '{two['Id']}', '99999')") == [one["Id"], two["Id"]]
    assert ids("DocNumber LIKE 'b%'") == [two["Id"]]
    assert ids("MetaData.LastUpdatedTime > '2099-01-01T00:00:00-08:00'") == []
    assert ids(f"CustomerRef = '{customer}'") == [one["Id"], two["Id"]]


def test_no_match_is_an_empty_answer_and_count_is_a_number(books, api):
    assert api.query("SELECT * FROM Invoice") == {}
    assert api.query("SELECT COUNT(*) FROM Customer") == {"totalCount": 0}


def test_inactive_names_are_hidden_unless_asked_for(books, api):
    gone = books.add_customer("Gone Fishing")["Id"]
    books.edit("Customer", gone, Active=False)

    hidden = api.query("SELECT * FROM Customer")
    shown = api.query("SELECT * FROM Customer WHERE Active IN (true, false)")

    assert hidden == {}
    assert shown["Customer"][0]["DisplayName"] == "Gone Fishing (deleted)"


def test_a_result_is_not_remembered_beyond_a_change(books, api):
    customer = books.add_customer("Harbor Dental")["Id"]
    api.query("SELECT * FROM Invoice")

    books.add_invoice(customer, 10)

    assert len(api.query("SELECT * FROM Invoice")["Invoice"]) == 1
