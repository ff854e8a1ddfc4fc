"""A run: one of a company at a time, and a vendor that fails leaves the old watermark."""

import psycopg
import pytest
from django.db import connection

from arbook import clock
from arbook.gateways.errors import VendorError
from invoices import sync
from invoices.models import BooksState
from tests.invoices.connected import read_changes, read_in_full

pytestmark = pytest.mark.django_db


def test_one_reading_of_a_company_runs_at_a_time(company, books):
    facts = connection.get_connection_params()
    facts = {
        key: value
        for key, value in facts.items()
        if key in ("dbname", "user", "host", "port", "password")
    }
    with psycopg.connect(**facts) as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [sync.LOCK_CLASS, company.pk])

        report = sync.run(company, now=clock.now())

    assert report.is_busy and report.said == "already running"


def test_a_vendor_that_fails_leaves_its_word_and_the_old_watermark(company, books, sandbox):
    read_in_full(company)
    before = BooksState.objects.get().changes_until
    sandbox.faults.add("quickbooks", "cdc", "500", times=5)

    with pytest.raises(VendorError):
        read_changes(company)

    state = BooksState.objects.get()
    assert state.error and state.changes_until == before
