"""The control room's pages, the admin API, the mailbox and Slack."""

import smtplib
from email.message import EmailMessage

import pytest
import requests
from slack_sdk import WebClient

from arbook.sandbox import clock, seed


@pytest.fixture
def studio(vendors):
    return seed.plant(vendors)["companies"]["juniper-vale"]


def test_every_page_opens(vendors, studio):
    realm, handle = studio["realm"], studio["special"]["day_14"]
    for path in (
        "/",
        "/phones",
        f"/phones/{handle['mobile']}",
        "/mail",
        "/slack-room",
        "/books",
        f"/books/{realm}",
        f"/books/{realm}?show=all&q=brooks",
        f"/books/{realm}/customers",
        f"/books/{realm}/customers/{handle['customer_id']}",
        f"/books/{realm}/payments",
        f"/books/{realm}/invoices/{handle['invoices'][0]['id']}",
        "/payments",
        f"/payments/{studio['stripe']['id']}",
        "/faults",
        "/log",
    ):
        page = requests.get(vendors.url + path, timeout=5)
        assert page.status_code == 200, path
        assert "<script>" not in page.text
        assert " style=" not in page.text
        assert " onclick=" not in page.text


def test_names_are_escaped(vendors, studio):
    id_ = studio["special"]["quotes"]["customer_id"]

    page = requests.get(f"{vendors.url}/books/{studio['realm']}/customers/{id_}", timeout=5).text

    assert "&quot;The Lantern&quot;" in page


def test_a_check_recorded_in_the_books_pays_the_invoice(vendors, studio):
    invoice = studio["special"]["day_14"]["invoices"][0]["id"]
    url = f"{vendors.url}/books/{studio['realm']}/invoices/{invoice}/check"

    requests.post(url, data={"amount": "1362.07", "number": "55"}, timeout=5)

    assert vendors.books(studio["realm"]).get("Invoice", invoice)["Balance"] == 0


def test_a_refused_act_comes_back_with_its_reason(vendors, studio):
    invoice = studio["special"]["day_14"]["invoices"][0]["id"]
    url = f"{vendors.url}/books/{studio['realm']}/invoices/{invoice}/amount"

    answer = requests.post(url, data={"amount": "lots"}, timeout=5)

    assert 'role="alert"' in answer.text


def test_the_next_day_button_moves_the_clock(vendors):
    before = clock.now()

    requests.post(vendors.url + "/clock", data={"hours": "24"}, timeout=5)

    assert 86000 < (clock.now() - before).total_seconds() < 87000


def test_another_site_cannot_press_the_buttons(vendors):
    foreign = {"Origin": "http://evil.example"}

    answer = requests.post(vendors.url + "/clock", data={"hours": "24"}, headers=foreign, timeout=5)

    assert answer.status_code == 403


def test_the_admin_api_sets_targets_and_acts(vendors, studio):
    root = vendors.url + "/_control"
    requests.post(f"{root}/quickbooks/app", json={"webhook_url": "http://127.0.0.1:9/"}, timeout=5)
    account = {"id": studio["stripe"]["id"], "webhook_url": "http://127.0.0.1:9/s"}
    requests.post(f"{root}/stripe/accounts", json=account, timeout=5)
    texts = {"sid": studio["twilio"]["sid"], "inbound_url": "http://127.0.0.1:9/t"}
    requests.post(f"{root}/twilio/accounts", json=texts, timeout=5)
    invoice = studio["special"]["day_7"]["invoices"][0]["id"]

    made = requests.post(
        f"{root}/quickbooks/realms/{studio['realm']}/acts",
        json={"act": "pay_by_check", "invoice_id": invoice, "total": 10},
        timeout=5,
    ).json()
    wrong = requests.post(
        f"{root}/quickbooks/realms/{studio['realm']}/acts", json={"act": "burn"}, timeout=5
    )

    assert made["TotalAmt"] == 10
    assert wrong.status_code == 400
    state = requests.get(f"{root}/state", timeout=5).json()
    assert state["quickbooks"]["webhook_url"] == "http://127.0.0.1:9/"
    assert state["stripe"][0]["webhook_url"] == "http://127.0.0.1:9/s"
    assert state["twilio"][0]["services"][0]["inbound_url"] == "http://127.0.0.1:9/t"
    assert requests.post(f"{root}/seed", json={}, timeout=10).json()["planted"] is False


def test_mail_arrives_with_text_html_and_files(vendors):
    message = EmailMessage()
    message["From"], message["To"] = "books@acme.example", "ap@harbor.example"
    message["Subject"] = "Invoice 1037"
    message.set_content("Pay here: http://127.0.0.1:8000/p/abc")
    message.add_alternative("<p>Pay <a href='http://127.0.0.1:8000/p/abc'>here</a></p>", "html")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="1037.pdf")

    with smtplib.SMTP("127.0.0.1", vendors.smtp_port) as server:
        server.send_message(message)

    letter = vendors.mailbox[-1]
    page = requests.get(f"{vendors.url}/mail/{letter.id}", timeout=5).text
    assert letter.to == ["ap@harbor.example"]
    assert letter.attachments[0].content == b"%PDF"
    assert 'href="http://127.0.0.1:8000/p/abc"' in page
    assert "1037.pdf" in page


def test_a_refused_mail_is_not_kept(vendors):
    vendors.faults.add("mail", "send", "refuse", times=1)

    with (
        smtplib.SMTP("127.0.0.1", vendors.smtp_port) as server,
        pytest.raises(smtplib.SMTPDataError),
    ):
        server.sendmail("a@acme.example", ["b@harbor.example"], "Subject: x\n\nhello")

    assert vendors.mailbox == []


def test_slack_takes_messages_with_the_right_token(vendors):
    client = WebClient(
        vendors.slack.workspace.token, base_url=vendors.url + "/slack/api/", timeout=5
    )

    client.chat_postMessage(channel="#receivables", text="Chargeback on invoice 1037")

    assert vendors.slack.notes[0].text == "Chargeback on invoice 1037"
    assert client.auth_test()["ok"]
