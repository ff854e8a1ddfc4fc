"""What a lost answer and a refusal of the carrier lead to."""

from datetime import timedelta

from arbook.outbox.models import Effect
from arbook.sandbox import clock as movable
from customers import consent
from customers.models import Channel, Contact
from invoices.models import Task
from messaging.models import Message
from tests.messaging.effects.approved import approved


def test_a_text_in_doubt_stays_in_doubt_when_twilio_cannot_be_asked(desk):
    message = approved(desk)
    desk.sandbox.faults.add("twilio", "messages.create", "drop_after", times=1)
    desk.send()
    desk.sandbox.faults.add("twilio", "*", "500")
    for _ in range(16):
        movable.move(timedelta(hours=1))
        desk.send()

    message.refresh_from_db()
    assert message.state == Message.State.APPROVED
    assert Task.objects.open().get(key=f"message:{message.pk}")
    assert len(desk.texts()) == 1


def test_a_lost_answer_is_looked_up_and_never_repeated(desk):
    message = approved(desk)
    desk.sandbox.faults.add("twilio", "messages.create", "drop_after", times=1)

    desk.send()
    assert Effect.objects.get(key=f"msg:{message.pk}").state == Effect.State.UNSURE
    desk.sandbox.settle()
    for _ in range(3):
        movable.move(timedelta(minutes=2))
        desk.send()

    message.refresh_from_db()
    assert desk.texts() == [message.body]
    assert message.state == Message.State.HANDED_OVER
    assert message.vendor_id == desk.carrier.outbound()[0].sid


def test_a_text_that_was_surely_never_created_is_sent_once(desk):
    message = approved(desk)
    desk.sandbox.faults.add("twilio", "messages.create", "drop_before", times=1)

    for _ in range(12):
        desk.send()
        movable.move(timedelta(minutes=2))

    assert desk.texts() == [message.body]


def test_a_mail_in_doubt_waits_for_a_person(desk):
    desk.owes("Alder Finch", days=8)
    desk.read()
    desk.prepare()
    desk.approve()
    desk.pass_undo()
    desk.sandbox.faults.add("mail", "send", "drop_after", times=1)

    for _ in range(16):
        desk.send()
        movable.move(timedelta(hours=2))

    assert len(desk.sandbox.mailbox) <= 1
    effect = Effect.objects.get(key=f"msg:{desk.message().pk}")
    assert effect.state == Effect.State.DEAD
    assert Task.objects.open().filter(key=f"message:{desk.message().pk}").exists()


def test_an_opt_out_the_carrier_knows_withdraws_consent_and_mail_takes_over(desk):
    message = approved(desk)
    desk.carrier.service.opted_out.add(message.address)

    desk.send()

    message.refresh_from_db()
    assert message.state == Message.State.FAILED
    standing = consent.standing(desk.company, Channel.SMS, message.address)
    assert standing.is_withdrawn
    assert standing.event.source == "carrier"
    desk.send("messaging.revisit")
    again = desk.message()
    assert (again.medium, again.state) == ("email", Message.State.PROPOSED)


def test_an_unregistered_sender_blocks_texts_and_alerts(desk):
    desk.sandbox.phone("+18605550142").data.fate = "30034"
    message = approved(desk)
    desk.send()
    desk.sandbox.settle()
    from messaging import jobs

    movable.move(timedelta(hours=3))
    jobs.poll_delivery(desk.now)

    message.refresh_from_db()
    assert message.state == Message.State.FAILED
    from messaging import facts

    texts = facts.of_company(desk.company, now=desk.now).texts
    assert not texts.is_usable
    assert "not registered" in texts.said
    desk.send("messaging.revisit")
    desk.prepare()
    assert desk.message().medium == "email"


def test_a_wrong_number_is_marked_and_the_mail_goes_instead(desk):
    desk.sandbox.phone("+18605550142").data.fate = "30006"
    message = approved(desk)
    desk.send()
    desk.sandbox.settle()
    from messaging import jobs

    movable.move(timedelta(hours=3))
    jobs.poll_delivery(desk.now)

    contact = Contact.objects.get(address=message.address)
    assert contact.state == Contact.State.NOT_TEXTABLE
    desk.prepare()
    again = desk.message()
    assert again.pk != message.pk
    assert again.medium == "email"
    assert list(again.lines.values_list("invoice_id")) == list(
        message.lines.values_list("invoice_id")
    )
