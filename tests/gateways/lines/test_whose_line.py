"""Whose line it is: one vendor's, one company's, one server's for all."""

import pytest

from arbook.gateways import lines, mail, quickbooks, stripe, twilio
from arbook.gateways.errors import Resting
from arbook.gateways.models import Connection, Line
from tests.gateways.lines.failing import fail, line


def test_one_dead_vendor_leaves_the_others_and_other_companies_alone(sandbox, money, texts, books):
    sandbox.faults.add("stripe", "*", "500")
    fail(money.account)

    assert texts.account() == "Harbor Dental"
    assert books.count("Invoice") == 0


def test_a_line_of_one_company_says_nothing_of_another(sandbox, company, money):
    other = type(company).objects.create(slug="other", name="Other")
    sandbox.stripe_vendor.add_account("acct_2", "Other", secret_key="sk_test_2", webhook_secret="w")
    Connection.objects.create(
        company=other, vendor="stripe", external_id="acct_2", secrets={"secret_key": "sk_test_2"}
    )
    sandbox.faults.add("stripe", "*", "500", account="acct_1")
    fail(money.account)

    assert stripe.of(other).account().id == "acct_2"


def test_the_mail_server_is_one_line_for_all(sandbox, company):
    def letter():
        mail.send(company=company, to="a@example.com", subject="Hi", text="Hi", key="k")

    lines.try_now(mail.line())
    sandbox.faults.add("mail", "send", "drop_after")
    fail(letter)

    with pytest.raises(Resting):
        letter()
    sandbox.faults.clear()
    lines.try_now(mail.line())
    letter()


def test_credentials_on_trial_teach_nothing(sandbox, company, carrier):
    candidate = Connection(
        company=company,
        vendor="twilio",
        external_id="AC1",
        secrets={"auth_token": "token-1"},
        options={"messaging_service": "MG1"},
    )
    sandbox.faults.add("twilio", "*", "500")
    fail(twilio.Twilio(candidate).account, times=6)

    assert not Line.objects.exists()


def test_quickbooks_is_left_alone_like_the_others(sandbox, books, company, connection):
    sandbox.faults.add("quickbooks", "query", "html502")
    fail(lambda: books.count("Invoice"))

    with pytest.raises(Resting):
        quickbooks.of(company).read_invoice("1")
    assert line(connection).reason.startswith("QuickBooks failed")
