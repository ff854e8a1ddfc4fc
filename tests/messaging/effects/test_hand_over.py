"""The one call: what is handed over, once, and what it costs."""

from email.utils import parseaddr

from arbook.companies.models import Company
from messaging import reply_address
from messaging.models import Message
from tests import factories


def test_a_dry_run_goes_to_the_test_address_with_a_stamp(desk):
    Company.objects.filter(pk=desk.company.pk).update(mode=Company.Mode.DRY_RUN)
    desk.company.refresh_from_db()
    message = desk.ready()
    desk.owes("Mail Only Inc", days=8, mobile="")
    desk.read()
    desk.prepare()
    desk.pass_undo()

    desk.send()

    assert desk.texts() == []
    assert desk.texts("+18605550999") == [message.body]
    assert message.body.startswith("TEST for (860) 555-0142. ")
    assert message.lines.get().reminder.is_rehearsal
    (letter,) = desk.sandbox.mailbox
    assert letter.to == ["test@desk.example"]
    assert letter.subject.startswith("[Test] ")


def test_a_mail_has_both_halves_an_answer_address_and_a_way_out(desk):
    desk.owes("Alder Finch", days=8)
    desk.read()
    desk.prepare()
    message = desk.message()
    desk.approve(message)
    desk.pass_undo()

    desk.send()

    (letter,) = desk.sandbox.mailbox
    assert message.body in letter.text.replace("\r\n", "\n")
    assert "View or pay" in letter.html
    answers_to = letter.headers["Reply-To"]
    assert answers_to.startswith("Harbor Dental <reply+")
    assert reply_address.thread_in([parseaddr(answers_to)[1]]) == message.thread_id
    assert letter.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"/stop/{message.uuid}/" in letter.headers["List-Unsubscribe"]
    message.refresh_from_db()
    assert message.state == Message.State.HANDED_OVER


def test_two_clicks_send_once(desk):
    message = desk.ready()
    first = desk.approve(message)
    second = desk.approve(message, by=factories.member(desk.company))

    assert (first.count, second.count) == (1, 0)
    desk.pass_undo()
    desk.send()
    desk.send()
    assert len(desk.texts()) == 1


def test_a_batch_costs_few_reads_and_few_statements(desk, settings):
    from tests.benchmarks import reminders

    settings.OUTBOX_THREADS = 8
    reads, statements = reminders.measure(desk, 200)

    assert reads.value <= 4, reads
    assert statements.holds, statements
