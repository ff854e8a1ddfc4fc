import json

import pytest
import requests

from arbook.sandbox import signing

from .conftest import REALM


@pytest.fixture
def listening(vendors, books, receiver):
    vendors.quickbooks.app.webhook_url = receiver.url + "/qb"
    return vendors


def test_changes_of_several_companies_travel_in_one_signed_array(listening, books, receiver):
    other = listening.quickbooks.add_company("9131", "Other")
    listening.pace = 5

    books.add_customer("Harbor Dental")
    other.add_customer("Pine Books")
    listening.settle()

    one = receiver.of("/qb")[0]
    events = json.loads(one.body)
    assert {event["intuitaccountid"] for event in events} == {REALM, "9131"}
    assert {event["type"] for event in events} == {"qbo.customer.created.v1"}
    assert one.headers["intuit-signature"] == signing.quickbooks(one.body, "sandbox-verifier")


def test_the_legacy_body_is_still_spoken(listening, books, receiver):
    listening.quickbooks.app.webhook_format = "legacy"
    id_ = books.add_customer("Harbor Dental")["Id"]
    listening.settle()

    note = json.loads(receiver.of("/qb")[0].body)["eventNotifications"][0]
    entity = note["dataChangeEvent"]["entities"][0]
    assert (note["realmId"], entity["id"], entity["operation"]) == (REALM, id_, "Create")


def test_later_events_wait_until_the_first_is_acknowledged(listening, books, receiver):
    listening.delivery.ladders["quickbooks"] = [0.05] * 5
    receiver.answers = [500, 500]

    books.add_customer("First")
    listening.tasks.run_due()
    books.add_customer("Second")
    listening.settle()

    names = [json.loads(one.body)[0]["id"] for one in receiver.of("/qb")]
    assert names[0] == names[1] == names[2]


@pytest.mark.parametrize(("kind", "times"), [("doubled", 2), ("dropped", 0), ("delayed", 1)])
def test_deliveries_can_be_doubled_dropped_and_delayed(listening, books, receiver, kind, times):
    listening.faults.add("quickbooks", kind=kind, times=1, seconds=0.1)

    books.add_customer("Harbor Dental")
    listening.settle()

    assert len(receiver.of("/qb")) == times


def test_held_deliveries_can_be_sent_in_any_order_and_again(listening, books, receiver):
    listening.delivery.hold("quickbooks")
    for name in ("First", "Second"):
        books.add_customer(name)
        while listening.quickbooks.app.pending:
            listening.tasks.run_due()
    first, second = listening.delivery.waiting("quickbooks")

    statuses = [listening.delivery.send(parcel) for parcel in (second, first, second)]
    listening.delivery.discard("quickbooks")

    assert statuses == [200, 200, 200]
    bodies = [one.body for one in receiver.of("/qb")]
    assert bodies[0] == bodies[2] != bodies[1]


def test_a_merge_names_the_one_that_is_gone(listening, books, receiver):
    one, two = (books.add_customer(name)["Id"] for name in ("One", "Two"))
    books.merge(one, two)
    listening.settle()

    events = [event for got in receiver.of("/qb") for event in json.loads(got.body)]
    merged = next(event for event in events if event["type"] == "qbo.customer.merged.v1")
    assert (merged["intuitentityid"], merged["data"]) == (two, {"deletedId": one})


def test_nobody_listening_is_no_error(vendors, books):
    vendors.quickbooks.app.webhook_url = "http://127.0.0.1:9/nobody"
    vendors.delivery.ladders["quickbooks"] = []

    books.add_customer("Harbor Dental")
    vendors.settle()

    assert vendors.state.delivered[-1].state == "given up"
    with pytest.raises(requests.ConnectionError):
        requests.get("http://127.0.0.1:9/nobody", timeout=1)
