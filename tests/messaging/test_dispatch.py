"""From what is due to what leaves."""

from datetime import time, timedelta

from arbook.audit.models import Entry
from arbook.companies.models import Company
from arbook.outbox.models import Effect
from invoices import holds
from invoices.models import Hold
from messaging.models import Decision, Message
from tests import factories


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


def test_who_shares_an_address_with_a_vip_is_looked_at(desk):
    desk.ready("Alder Finch")
    Message.objects.update(
        state="delivered", handed_over_at=desk.now - timedelta(days=9), created_at=desk.now
    )
    desk.owes("Alder Finch", "50.00", days=22)
    desk.owes("Vip Vines", mobile="+18605550142")
    desk.read()
    factories.vip(desk.customer("Vip Vines"))

    desk.prepare()

    assert desk.message("Alder Finch").attention == "vip_nearby"


def everything() -> tuple:
    tables = [list(model.objects.order_by("pk").values()) for model in (Message, Decision)]
    return tables, Entry.objects.count()


def test_running_again_changes_nothing(desk):
    desk.ready()
    desk.owes("Birch Books", mobile="")
    desk.read()
    factories.vip(desk.customer("Birch Books"))
    desk.prepare()
    before = everything()

    again = desk.prepare()

    assert everything() == before
    assert (again.proposed, again.updated, again.withdrawn) == (0, 0, 0)


def test_a_changed_amount_drops_an_approved_message_back_and_says_so(desk):
    message = desk.ready()
    desk.approve(message)
    desk.pays(message.lines.get().invoice.quickbooks_id, "40.00")
    desk.read()
    desk.prepare()

    message.refresh_from_db()
    assert message.state == Message.State.PROPOSED
    assert message.notice == "The amount changed from $100.00 to $60.00."
    desk.pass_undo()
    desk.send()
    assert desk.texts() == []


def test_a_promise_withdraws_the_proposal_and_its_end_brings_it_back(desk):
    message = desk.ready()
    hold = holds.place(
        message.lines.get().invoice, reason=Hold.Reason.PROMISE, by=None, now=desk.now
    )
    desk.send("messaging.revisit")
    message.refresh_from_db()
    assert message.state == Message.State.WITHDRAWN
    decision = Decision.objects.get(is_current=True, stage="plan")
    assert (decision.passed, decision.stopped_by) == (False, "invoice_hold")

    holds.lift(hold, by=None, now=desk.now, reason="broken")
    desk.send("messaging.revisit")
    assert desk.message().state == Message.State.PROPOSED
    assert Decision.objects.filter(is_current=True, stage="plan").count() == 1


def test_live_mode_approves_what_is_small_and_leaves_the_rest_to_a_person(desk):
    Company.objects.filter(pk=desk.company.pk).update(mode=Company.Mode.AUTOMATIC)
    desk.company.refresh_from_db()
    small = desk.ready()
    large = desk.ready("Birch Books", "10000.01", mobile="+18605550177")

    assert small.state == Message.State.APPROVED
    assert small.approved_by is None
    assert (large.state, large.attention) == (Message.State.PROPOSED, "over_limit")


def test_after_an_outage_there_is_one_message_at_the_step_of_today(desk):
    for days in (16, 23, 29):
        desk.owes("Alder Finch", "10.00", days=days)
    desk.read()
    desk.allows_texts("Alder Finch")

    desk.prepare()
    desk.approve()
    desk.pass_undo()
    desk.send()
    desk.prepare()

    assert len(desk.texts()) == 1
    assert desk.message().template == "firm"
    assert Message.objects.count() == 1


def test_what_no_hour_suits_is_not_approved_and_says_why(desk):
    message = desk.ready()
    # A number of Guam at an address in Hartford: office hours there and here never overlap.
    Message.objects.filter(pk=message.pk).update(address="+16715550142")
    Company.objects.filter(pk=desk.company.pk).update(sends_until=time(17))

    approved = desk.approve(message)

    message.refresh_from_db()
    assert approved.count == 0
    assert message.state == Message.State.PROPOSED
    assert message.notice.startswith("Not approved: no decent hour in the next 21 days")
    assert Entry.objects.filter(verb="message.held").count() == 1
    assert not Effect.objects.filter(kind="messaging.send").exists()
