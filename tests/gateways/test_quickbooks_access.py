"""How access to the books is won, renewed, lost and given back."""

import threading
from datetime import timedelta

import pytest
import requests
from django.db import connections, transaction

from arbook import clock
from arbook.companies.models import Company
from arbook.gateways import quickbooks
from arbook.gateways.errors import Disconnected, Refused, Throttled, Unreachable
from arbook.gateways.models import Connection
from arbook.sandbox import clock as sandbox_clock

CALLBACK = "http://127.0.0.1:8000/setup/quickbooks/callback"


def consent(url, realm):
    """Press Connect on Intuit's page as the owner would; give the callback's code."""
    page = requests.Request("GET", url).prepare()
    query = dict(part.split("=", 1) for part in page.url.split("?")[1].split("&"))
    form = {
        "redirect_uri": CALLBACK, "state": query["state"], "scope": "x",
        "realm": realm, "answer": "connect",
    }  # fmt: skip
    answer = requests.post(url, data=form, allow_redirects=False, timeout=5)
    return requests.utils.unquote(answer.headers["Location"]).split("code=")[1].split("&")[0]


def test_the_grant_behind_a_callback_is_taken(company, ledger, sandbox):
    url = quickbooks.authorize_url("state-1", CALLBACK)
    code = consent(url, ledger.realm)

    connection = quickbooks.connect(company, code, ledger.realm, CALLBACK, clock.now())

    connection.refresh_from_db()
    assert connection.state == Connection.State.CONNECTED
    assert connection.external_id == ledger.realm
    assert connection.access_expires_at - clock.now() > timedelta(minutes=50)
    assert connection.refresh_expires_at - clock.now() > timedelta(days=90)
    assert connection.hard_expires_at - clock.now() > timedelta(days=1800)
    assert quickbooks.of(company).company_info().name == "Harbor Dental"


def test_a_worthless_code_is_refused_and_nothing_is_stored(company, ledger):
    with pytest.raises(Refused):
        quickbooks.connect(company, "AB-invented", ledger.realm, CALLBACK, clock.now())

    assert not Connection.objects.exists()


def test_books_belong_to_one_company_and_a_company_keeps_its_books(company, connection, ledger):
    other = Company.objects.create(slug="other", name="Other")

    with pytest.raises(Refused, match="another company"):
        quickbooks.adopt(other, ledger.realm, "RT-x", clock.now())
    with pytest.raises(Refused, match="other books"):
        quickbooks.adopt(company, "9999", "RT-x", clock.now())


def test_a_token_is_renewed_before_it_ends(books, connection, sandbox):
    sandbox_clock.move(timedelta(minutes=56))
    sandbox.faults.forget()

    books.count("Invoice")

    assert sandbox.faults.count("quickbooks", "token") == 1
    connection.refresh_from_db()
    assert connection.access_expires_at - clock.now() > timedelta(minutes=50)


def test_a_refused_token_is_renewed_once(books, connection, sandbox):
    sandbox.quickbooks.grant(connection.external_id).access.clear()
    sandbox.faults.forget()

    books.count("Invoice")

    assert sandbox.faults.count("quickbooks", "token") == 1
    assert sandbox.faults.count("quickbooks", "query") == 2


def test_a_token_refused_twice_needs_a_person(books, connection, sandbox, company):
    sandbox.faults.add("quickbooks", "query", "revoked")
    sandbox.faults.forget()

    with pytest.raises(Disconnected):
        books.count("Invoice")

    assert sandbox.faults.count("quickbooks", "token") == 1
    connection.refresh_from_db()
    assert connection.state == Connection.State.RECONNECT
    with pytest.raises(Disconnected):
        quickbooks.of(company)


def test_a_grant_that_is_gone_needs_a_person(books, connection, sandbox):
    sandbox.quickbooks.disconnect(connection.external_id)

    with pytest.raises(Disconnected, match="no longer accepts"):
        books.count("Invoice")

    connection.refresh_from_db()
    assert connection.state == Connection.State.RECONNECT
    assert connection.error


def test_other_companies_books_are_closed_to_our_token(books, connection, sandbox):
    sandbox.quickbooks.add_company("777", "Other")
    Connection.objects.filter(pk=connection.pk).update(external_id="777")

    with pytest.raises(Disconnected) as caught:
        quickbooks.of(connection.company).count("Invoice")

    assert caught.value.code == "3100"
    connection.refresh_from_db()
    assert connection.state == Connection.State.RECONNECT


@pytest.mark.parametrize("kind", ["500", "html502", "drop_before"])
def test_intuit_out_of_order_does_not_cost_the_connection(books, connection, sandbox, kind):
    sandbox_clock.move(timedelta(hours=2))
    sandbox.faults.add("quickbooks", "token", kind)

    with pytest.raises(Unreachable):
        books.count("Invoice")

    connection.refresh_from_db()
    assert connection.state == Connection.State.CONNECTED
    sandbox.faults.clear()
    assert books.count("Invoice") == 0


def test_wrong_credentials_of_the_app_do_not_cost_the_connection(books, connection, settings):
    settings.QUICKBOOKS_CLIENT_SECRET = "mistyped"
    sandbox_clock.move(timedelta(hours=2))

    with pytest.raises(Disconnected, match="QUICKBOOKS_CLIENT_ID"):
        books.count("Invoice")

    connection.refresh_from_db()
    assert connection.state == Connection.State.CONNECTED


def test_a_renewal_without_the_hard_end_keeps_the_one_we_know(books, connection, sandbox):
    known = connection.hard_expires_at
    sandbox_clock.move(timedelta(hours=2))

    books.count("Invoice")

    connection.refresh_from_db()
    assert abs(connection.hard_expires_at - known) < timedelta(seconds=5)


def test_disconnecting_gives_the_grant_back(company, books, connection, sandbox):
    quickbooks.disconnect(company)

    connection.refresh_from_db()
    assert connection.secrets == {}
    assert sandbox.quickbooks.app.grants[0].revoked
    with pytest.raises(Disconnected):
        quickbooks.of(company)


def test_disconnecting_works_without_intuit(company, connection, sandbox):
    sandbox.faults.add("quickbooks", "revoke", "500")

    quickbooks.disconnect(company)

    connection.refresh_from_db()
    assert not connection.is_usable


@pytest.mark.parametrize(
    ("kind", "error"), [("429", Throttled), ("500", Unreachable), ("html502", Unreachable)]
)
def test_what_a_failed_read_means(books, sandbox, kind, error):
    sandbox.faults.add("quickbooks", "query", kind, times=1)

    with pytest.raises(error):
        books.count("Invoice")


def test_a_wait_that_quickbooks_names_is_kept(books, sandbox):
    sandbox.faults.add("quickbooks", "query", "429", retry_after=17, times=1)

    with pytest.raises(Throttled) as caught:
        books.count("Invoice")

    assert caught.value.retry_after == 17


def test_a_broken_line_is_tried_once_more_for_a_read(books, sandbox):
    sandbox.faults.add("quickbooks", "query", "drop_before", times=1)

    assert books.count("Invoice") == 0


@pytest.mark.django_db(transaction=True)
def test_ten_workers_renew_once_and_all_use_the_new_pair(company, books, connection, sandbox):
    sandbox_clock.move(timedelta(hours=2))
    sandbox.faults.forget()
    sandbox.faults.add("quickbooks", "token", "slow", seconds=0.3)
    results = []

    def work():
        try:
            results.append(quickbooks.of(company).count("Invoice"))
        except Exception as error:
            results.append(error)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(10)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert results == [0] * 10
    assert sandbox.faults.count("quickbooks", "token") == 1
    assert sandbox.quickbooks.app.reuses == 0


@pytest.mark.django_db(transaction=True)
def test_a_vendor_is_never_called_inside_a_transaction(books):
    with transaction.atomic(), pytest.raises(RuntimeError, match="inside a database transaction"):
        books.count("Invoice")


def test_no_lock_is_left_behind(books, sandbox):
    sandbox_clock.move(timedelta(hours=2))

    books.count("Invoice")

    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        assert cursor.fetchone()[0] == 0
