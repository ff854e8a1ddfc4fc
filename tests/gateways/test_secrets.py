"""Nothing secret leaves by a log line, a repr or the text of an error."""

import logging
import traceback

import pytest
from django.db import connection as database

from arbook.gateways import quickbooks_wire
from arbook.gateways.errors import VendorError
from arbook.gateways.models import Connection
from tests.gateways.test_slack_and_mail import send as send_mail
from tests.gateways.test_stripe import open_page
from tests.gateways.test_twilio import send as send_text

ACTS = {
    "quickbooks": lambda books, money, texts, channel: books.count("Invoice"),
    "stripe": lambda books, money, texts, channel: open_page(money),
    "twilio": lambda books, money, texts, channel: send_text(texts),
    "slack": lambda books, money, texts, channel: channel.say("x"),
}
KINDS = ["429", "500", "html502", "drop_before", "drop_after", "revoked"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("vendor", ACTS)
def test_no_error_and_no_log_shows_a_secret(
    vendor, kind, books, money, texts, channel, connection, sandbox, caplog
):
    caplog.set_level(logging.DEBUG)
    sandbox.faults.add(vendor, "*", kind)

    try:
        ACTS[vendor](books, money, texts, channel)
    except VendorError as error:
        said = "".join(traceback.format_exception(error)) + repr(error)
    else:
        said = ""

    said += caplog.text + repr((books, money, texts, channel))
    for secret in _secrets():
        assert secret not in said


def test_a_lost_letter_shows_no_password(company, sandbox, settings, caplog):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sandbox.smtp_port
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "desk", "mail-password"

    with pytest.raises(VendorError) as caught:
        send_mail(company)

    said = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert "mail-password" not in said


def test_no_secret_is_readable_in_the_database(books, money, texts, channel, connection):
    with database.cursor() as cursor:
        cursor.execute("SELECT gateways_connection::text FROM gateways_connection")
        stored = " ".join(row[0] for row in cursor.fetchall())

    for secret in _secrets():
        assert secret not in stored


def test_a_wire_does_not_show_its_token():
    wire = quickbooks_wire.Wire(realm="1", token="AT-secret")

    assert "AT-secret" not in repr(wire)


def _secrets():
    return [
        part
        for row in Connection.objects.all()
        for value in row.secrets.values()
        for part in str(value).split(",")
    ]
