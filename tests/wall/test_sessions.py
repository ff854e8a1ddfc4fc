"""A session sees what the context allows, whatever became of transactions, threads and servers."""

import contextvars
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import IntegrityError, OperationalError, connection, connections, transaction
from django.http import StreamingHttpResponse

from arbook import wall
from customers.models import Customer
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def here():
    company = factories.company(slug="here")
    factories.customer(company, name="Ours")
    return company


@pytest.fixture
def there():
    company = factories.company(slug="there")
    factories.customer(company, name="Theirs")
    return company


def _seen() -> list[str]:
    """What a query that forgot its company returns."""
    return sorted(Customer.objects.values_list("name", flat=True))


def _who() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return cursor.fetchone()[0]


class Oops(Exception):
    pass


def test_inside_one_company_only_its_rows_are_there(here, there):
    assert _seen() == ["Ours", "Theirs"]
    with wall.inside(here):
        assert _seen() == ["Ours"]
    with wall.inside(there.pk):
        assert _seen() == ["Theirs"]
    with wall.inside(here, there):
        assert _seen() == ["Ours", "Theirs"]
    with wall.inside():
        assert _seen() == []
    assert _seen() == ["Ours", "Theirs"]


def test_two_companies_in_turn_on_one_connection(here, there):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        process = cursor.fetchone()[0]
    for _ in range(3):
        with wall.inside(here):
            assert _seen() == ["Ours"]
        with wall.inside(there):
            assert _seen() == ["Theirs"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone()[0] == process


def test_a_session_at_rest_is_outside(here):
    with wall.inside(here):
        assert _who() == "arbook_tenant"

    # Asked past Django, so that nothing is brought in line by asking.
    assert connection.connection.execute("SELECT current_user").fetchone()[0] != "arbook_tenant"


def test_one_goes_further_in_and_never_across(here, there):
    with wall.inside(here, there):
        with wall.inside(here):
            assert _seen() == ["Ours"]
            with wall.inside(here):
                assert _seen() == ["Ours"]
            with pytest.raises(wall.InsideAnother), wall.inside(there):
                pass
            with wall.outside():
                assert _seen() == ["Ours", "Theirs"]
            assert _seen() == ["Ours"]
        assert _seen() == ["Ours", "Theirs"]
        assert _who() == "arbook_tenants"


def test_a_rollback_does_not_leave_the_session_where_it_was(here, there):
    # The switch was made inside the transaction, so undoing that undoes the switch.
    with wall.inside(here):
        with pytest.raises(Oops), transaction.atomic():
            assert _seen() == ["Ours"]
            raise Oops
        assert _seen() == ["Ours"]
    assert _seen() == ["Ours", "Theirs"]


def test_a_rollback_around_the_wall_does_not_bring_it_back(here, there):
    with wall.inside(there):
        assert _seen() == ["Theirs"]
    with pytest.raises(Oops), transaction.atomic():
        with wall.inside(here):
            assert _seen() == ["Ours"]
        raise Oops
    assert _seen() == ["Ours", "Theirs"]


def test_a_savepoint_undone_inside(here, there):
    with transaction.atomic():
        assert _seen() == ["Ours", "Theirs"]
        with wall.inside(here):
            with pytest.raises(Oops), transaction.atomic():
                assert _seen() == ["Ours"]
                raise Oops
            assert _seen() == ["Ours"]
        assert _seen() == ["Ours", "Theirs"]


def test_the_way_out_undone_by_a_savepoint(here, there):
    with wall.inside(here), transaction.atomic():
        assert _seen() == ["Ours"]
        with pytest.raises(Oops), transaction.atomic(), wall.outside():
            assert _seen() == ["Ours", "Theirs"]
            raise Oops
        assert _seen() == ["Ours"]


def test_an_error_of_the_database_inside_a_transaction(here, there):
    with wall.inside(here):
        with pytest.raises(IntegrityError), transaction.atomic():
            factories.customer(here, quickbooks_id="same")
            factories.customer(here, quickbooks_id="same")
        assert _seen() == ["Ours"]
    assert _seen() == ["Ours", "Theirs"]


def test_leaving_while_the_transaction_has_failed(here, there):
    with pytest.raises(IntegrityError), transaction.atomic(), wall.inside(here):
        factories.customer(here, quickbooks_id="same")
        factories.customer(here, quickbooks_id="same")
    assert _seen() == ["Ours", "Theirs"]
    with wall.inside(there):
        assert _seen() == ["Theirs"]


def test_a_commit_that_fails_undoes_the_switch_as_well(here, there):
    with wall.inside(here):
        # Foreign keys are looked at when the transaction ends.
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE customers_customer SET owner_id = 987654321 WHERE company_id = %s",
                [here.pk],
            )
        assert _seen() == ["Ours"]
    assert _seen() == ["Ours", "Theirs"]


def test_a_lost_connection_comes_back_on_the_same_side(here, there):
    with wall.inside(here):
        assert _seen() == ["Ours"]
        _cut()
        with pytest.raises(OperationalError):
            _seen()
        connection.close()
        assert _seen() == ["Ours"]
        connection.close()
        assert _seen() == ["Ours"]
    assert _seen() == ["Ours", "Theirs"]


def test_a_connection_lost_on_the_way_out_hides_no_result(here, there):
    with wall.inside(here):
        assert _seen() == ["Ours"]
        _cut()
    connection.close()
    assert _seen() == ["Ours", "Theirs"]


def _cut() -> None:
    """End this session from another one."""
    process = connection.connection.info.backend_pid
    with psycopg.connect(**_facts(), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [process])


def _facts() -> dict:
    facts = connection.get_connection_params()
    return {name: facts[name] for name in ("dbname", "user", "host", "port") if name in facts}


def test_a_thread_with_a_copy_of_the_context_is_inside_as_well(here, there):
    def ask() -> list[str]:
        try:
            return _seen()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with wall.inside(here):
            mine = pool.submit(contextvars.copy_context().run, ask).result()
        assert mine == ["Ours"]
        # The same thread afterwards, without it.
        assert pool.submit(ask).result() == ["Ours", "Theirs"]


def test_a_stream_goes_on_inside_after_the_view_returned(here, there):
    def pieces():
        yield from Customer.objects.values_list("name", flat=True)
        yield ";"
        yield from Customer.objects.values_list("name", flat=True)

    with wall.inside(here):
        answer = wall.finished(StreamingHttpResponse(pieces()))

    told = []
    for piece in answer.streaming_content:
        told.append(piece.decode())
        # Between two pieces the same thread serves others.
        assert _seen() == ["Ours", "Theirs"]
        with wall.inside(there):
            assert _seen() == ["Theirs"]
    assert told == ["Ours", ";", "Ours"]


def test_a_cursor_read_piece_by_piece_stays_whole(here, there):
    for _ in range(10):
        factories.customer(here, name="Ours")
    with wall.inside(here):
        rows = Customer.objects.values_list("name", flat=True).iterator(chunk_size=2)
        told = [next(rows), next(rows)]
        with wall.outside():
            assert len(_seen()) == 12
            told.append(next(rows))
        told.extend(rows)
    assert told == ["Ours"] * 11


def test_statements_past_django_can_be_brought_in_line(here, there):
    with wall.inside(here):
        wall.settle()
        assert connection.connection.execute("SELECT current_user").fetchone()[0] == "arbook_tenant"
        assert connection.connection.execute("SELECT name FROM customers_customer").fetchall() == [
            ("Ours",)
        ]


def test_a_switch_costs_one_statement_and_staying_none(here, django_assert_num_queries):
    with django_assert_num_queries(5), wall.inside(here):
        _seen()
        with wall.inside(here):
            _seen()
        _seen()
    with django_assert_num_queries(1):
        _seen()
    with django_assert_num_queries(0), wall.inside(here):
        pass


def test_who_is_inside_what_can_be_seen_from_outside(here):
    with wall.inside(here), psycopg.connect(**_facts()) as other:
        _seen()
        found = other.execute(
            "SELECT application_name FROM pg_stat_activity WHERE pid = %s",
            [connection.connection.info.backend_pid],
        ).fetchone()

    assert found == (f"inside company {here.pk}",)
