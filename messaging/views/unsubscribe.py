"""Stopping mails with one click: a POST. Scanners that only look change nothing."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from arbook import clock
from arbook.companies import public
from arbook.web.limits import limited, public_limits
from customers import consent
from customers.models import Channel, ConsentEvent
from messaging.models import Message


# Mail programs post here by themselves (RFC 8058) and cannot know a token of ours.
@csrf_exempt
@never_cache
@limited("stop", limits=public_limits)
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request, message_uuid):
    message = get_object_or_404(
        Message.objects.select_related("company", "customer"),
        uuid=message_uuid,
        medium=Message.Medium.EMAIL,
        direction=Message.Direction.OUT,
    )
    with public.inside(request, message.company_id):
        return _answer(request, message)


def _answer(request, message: Message):
    if (
        not message.address
    ):  # taken out since: nothing is sent there any more, and nobody asks where
        return _page(request, message, is_stopped=True)
    standing = consent.standing(message.company, Channel.EMAIL, message.address)
    if request.method == "POST" and not message.test_address and not standing.is_withdrawn:
        consent.withdraw(
            message.company,
            channel=Channel.EMAIL,
            address=message.address,
            source=ConsentEvent.Source.REPLY,
            wording="Stopped by one click in a mail.",
            evidence={"message": message.pk},
            by=None,
            now=clock.now(),
            about=[message],
        )
        standing = consent.standing(message.company, Channel.EMAIL, message.address)
    return _page(request, message, is_stopped=standing.is_withdrawn)


def _page(request, message: Message, *, is_stopped: bool):
    return render(
        request,
        "messaging/unsubscribe.html",
        {
            "company": message.company,
            "language": message.customer.language if message.customer else "en",
            "address": _masked(message.address),
            "is_stopped": is_stopped,
            "is_test": bool(message.test_address),
        },
    )


def _masked(address: str) -> str:
    """Enough for its owner to know it again; the link may have been handed on."""
    name, _, host = address.partition("@")
    if not host:
        return "the address it went to"
    return f"{name[:1]}***@{host}"
