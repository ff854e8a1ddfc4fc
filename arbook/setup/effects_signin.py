"""Letters about signing in; loaded with the effects of this app."""

from allauth.usersessions.models import UserSession

from arbook.gateways import mail
from arbook.outbox.models import Effect
from arbook.outbox.registry import effect
from arbook.setup import front_door


@effect("setup.new_browser", max_attempts=8)
def tell_of_new_browser(one: Effect, prepared) -> dict:
    """One mail about a sign-in from a browser never used before; none when that session is over."""
    row = UserSession.objects.select_related("user").filter(pk=one.payload["session"]).first()
    if row is None:
        return {"skipped": "That session is over."}
    subject, text = front_door.new_browser_letter(row)
    sent = mail.send(company=None, to=row.user.email, subject=subject, text=text, key=one.key)
    return {"message_id": sent.message_id}
