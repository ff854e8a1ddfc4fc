"""Alive, ready, and who may read the numbers."""

import pytest
from django.db import connection
from django.test import Client

from arbook.gateways import measures
from arbook.operations import health
from tests.house.lived_in import lived_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


@pytest.fixture
def unknown(monkeypatch):
    """What the process learned before about migrations is forgotten."""
    monkeypatch.setattr(health, "_migrated", False)


def test_alive_asks_nothing_of_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_ready_when_the_database_answers_and_has_our_schema(client, unknown):
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "troubles": {}}


def test_not_ready_before_the_migrations_of_this_code(client, unknown):
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations"
            " WHERE app = 'messaging')"
        )

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert "messaging." in answer.json()["troubles"]["migrations"]


def test_once_ready_it_asks_for_migrations_no_more(client, unknown, django_assert_num_queries):
    client.get("/readyz")

    with django_assert_num_queries(1):
        client.get("/readyz")


def test_nobody_reads_the_numbers_without_the_token(client, settings):
    settings.METRICS_TOKEN = "a-long-token"

    assert client.get("/metrics").status_code == 401
    wrong = client.get("/metrics", headers={"Authorization": "Bearer other"})
    assert wrong.status_code == 401
    right = client.get("/metrics", headers={"Authorization": "Bearer a-long-token"})
    assert right.status_code == 200


def test_in_production_without_a_token_there_are_no_numbers(client, settings):
    settings.METRICS_TOKEN, settings.DEVELOPMENT = "", False

    assert client.get("/metrics").status_code == 404


def test_the_numbers_name_queues_connections_vendors_and_nobody(client):
    here = lived_in("here")
    measures.note("stripe", "read", "ok", 0.07)
    measures.note("stripe", "read", "ok", 3.0)

    text = client.get("/metrics").content.decode()

    messages = 'arbook_messages{direction="out",medium="sms",purpose="reminder",state="proposed"}'
    assert f"{messages} 1.0" in text
    assert "arbook_audit_unsealed_seconds 0.0" in text
    assert 'arbook_connection_up{company="here",vendor="stripe"} 1.0' in text
    assert 'arbook_company_stopped{company="here"} 0.0' in text
    calls = (
        'arbook_vendor_call_seconds_bucket{le="%s",operation="read",outcome="ok",vendor="stripe"}'
    )
    assert f"{calls % '0.1'} 1.0" in text
    assert f"{calls % '+Inf'} 2.0" in text
    for person in here.people.values():
        assert person.email not in text
