"""Word to staff and letters to customers, over the wire."""

import pytest

from arbook.gateways import mail, slack
from arbook.gateways.errors import Disconnected, Refused, Throttled, Unknown, Unreachable
from arbook.gateways.models import Connection


@pytest.fixture
def smtp(sandbox, settings):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sandbox.smtp_port
    return sandbox


def send(company, **fields):
    facts = {
        "company": company, "to": "ap@harbor.example", "subject": "Invoice 1037",
        "text": "Please pay.", "key": "reminder:5",
    }  # fmt: skip
    return mail.send(**facts | fields)


def test_a_word_reaches_the_channel(channel, sandbox):
    channel.say("A chargeback: Harbor, $162.07")

    (note,) = sandbox.slack.notes
    assert note.channel == "#receivables"
    assert "chargeback" in note.text
    assert channel.account() == sandbox.slack.workspace.team


def test_a_name_in_a_word_calls_nobody_and_hides_no_link(channel, sandbox):
    channel.say("<!channel> & <https://evil.example|Harbor> paid")

    (note,) = sandbox.slack.notes
    assert note.text == "&lt;!channel&gt; &amp; &lt;https://evil.example|Harbor&gt; paid"


def test_a_company_without_slack_has_none(company):
    assert slack.of(company) is None


@pytest.mark.parametrize(
    ("kind", "error"),
    [("429", Throttled), ("500", Unknown), ("html502", Unknown), ("drop_after", Unknown)],
)
def test_what_a_failed_word_means(channel, sandbox, kind, error):
    sandbox.faults.forget()
    sandbox.faults.add("slack", "*", kind, times=1)

    with pytest.raises(error):
        channel.say("x")

    assert sandbox.faults.count("slack") == 1


def test_a_revoked_slack_token_needs_a_person(company, channel, sandbox):
    sandbox.faults.add("slack", "*", "revoked", times=1)

    with pytest.raises(Disconnected):
        channel.say("x")

    assert Connection.objects.get(company=company).state == Connection.State.RECONNECT


def test_nobody_listening_means_nothing_was_said(company, channel, settings):
    settings.SLACK_API_URL = "http://127.0.0.1:9/api"

    with pytest.raises(Unreachable):
        slack.of(company).say("x")


def test_a_letter_shows_the_company_and_comes_from_the_desk(company, smtp):
    company.name = 'Harbor "Søn", Inc.'
    sent = send(
        company,
        html="<p>Please pay.</p>",
        reply_to="billing@harbor.example",
        headers={"List-Unsubscribe": "<http://127.0.0.1/u>", "Message-ID": "<mine@x.example>"},
        attachments=[("letter.pdf", b"%PDF-1.4", "application/pdf")],
    )

    (letter,) = smtp.mailbox
    assert letter.to == ["ap@harbor.example"]
    assert "desk@arbook.example" in letter.sender
    assert "Harbor" in letter.sender
    assert letter.headers["Reply-To"] == "billing@harbor.example"
    assert letter.headers["Message-ID"] == sent.message_id
    assert letter.headers["List-Unsubscribe"] == "<http://127.0.0.1/u>"
    assert letter.text.strip() == "Please pay."
    assert "<p>" in letter.html
    assert [(a.name, a.content) for a in letter.attachments] == [("letter.pdf", b"%PDF-1.4")]


def test_a_letter_handed_over_twice_is_recognisable(company, smtp):
    first, second = send(company), send(company)

    assert first == second == mail.SentMail(mail.message_id_for("reminder:5"))
    assert send(company, key="reminder:6") != first


@pytest.mark.parametrize(
    ("kind", "error"), [("refuse", Refused), ("tempfail", Unreachable), ("drop_after", Unknown)]
)
def test_what_a_failed_letter_means(company, smtp, kind, error):
    smtp.faults.add("mail", "send", kind, times=1)

    with pytest.raises(error):
        send(company)


def test_no_mail_server_means_nothing_was_sent(company, settings):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    with pytest.raises(Unreachable):
        send(company)


@pytest.mark.parametrize("to", ["", "ap@harbor.example\nBcc: all@x.example", "not an address"])
def test_an_address_that_is_none_is_refused(company, smtp, to):
    with pytest.raises(Refused):
        send(company, to=to)

    assert not smtp.mailbox


def test_a_subject_stays_on_one_line(company, smtp):
    send(company, subject="Invoice 1037\nBcc: all@x.example")

    assert smtp.mailbox[0].subject == "Invoice 1037 Bcc: all@x.example"
    assert smtp.mailbox[0].to == ["ap@harbor.example"]
