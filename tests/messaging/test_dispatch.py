"""From what is due to what leaves."""

from messaging.models import Decision, Message


def test_ten_open_invoices_make_one_message_with_one_total_and_one_link(desk):
    for number in range(10):
        desk.owes("Alder Finch", "10.00", days=15 + number)
    desk.read()
    desk.allows_texts("Alder Finch")

    desk.prepare()

    message = Message.objects.get()
    assert message.lines.count() == 10
    assert str(message.total) == "100.00"
    assert "$100.00" in message.body
    assert message.body.count("/pay/") == 1


def test_an_approved_text_leaves_after_the_undo_time(desk):
    message = desk.ready()
    desk.approve(message)

    desk.send()
    assert desk.texts() == []
    desk.pass_undo()
    desk.send()

    message.refresh_from_db()
    assert desk.texts() == [message.body]
    assert message.state == Message.State.HANDED_OVER
    assert message.lines.get().reminder.state == "sent"
    assert Decision.objects.get(stage="wire").passed
