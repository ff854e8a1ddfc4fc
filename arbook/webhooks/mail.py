"""The doors for mail: providers who hand letters in or tell what became of ours, and raw letters.

As at every door: verify, store, answer. What a provider posted is kept as it was posted; whose it
is and what it means is found out afterwards.
"""

import hashlib

from django.http import Http404, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from arbook import clock
from arbook.companies.models import Company
from arbook.gateways import mail_providers, signatures
from arbook.gateways.mail_posts import Post
from arbook.webhooks.store import Arrival, keep, receive

# Providers take letters of up to 35 MB, and post them somewhat larger.
MOST_BYTES = 60 * 1024 * 1024
# What is longer does not share a statement with others, who would wait for it.
SHORT = 200_000
SIGNATURE = "X-Arbook-Signature"


@csrf_exempt
@require_POST
def inbound(request, provider):
    """A letter, from a provider that receives for our reply domain."""
    return _provider(request, provider, "inbound")


@csrf_exempt
@require_POST
def tracking(request, provider):
    """What became of a letter of ours: delivered, bounced, complained of, unsubscribed."""
    return _provider(request, provider, "tracking")


def _provider(request, provider: str, kind: str) -> HttpResponse:
    if not mail_providers.is_known(provider):
        raise Http404("No such provider here.")
    try:
        post = _post(request)
    except UnreadablePostError:
        return _plain("Broken off. Send it again.", 400)
    if post is None:
        return _plain("Too large.", 413)
    if not mail_providers.is_signed(provider, post):
        return _plain("Bad signature.", 403)
    _store(kind, None, post, provider, mail_providers.mark(provider, kind, post))
    return HttpResponse(status=200)


@csrf_exempt
@require_POST
def raw_letter(request, company_uuid):
    """One letter as a mailbox holds it, signed with the company's own key."""
    try:
        post = _post(request)
    except UnreadablePostError:
        return _plain("Broken off. Send it again.", 400)
    if post is None:
        return _plain("Too large.", 413)
    header, now = request.headers.get(SIGNATURE, ""), clock.now()
    instants = [now, clock.system()] if clock.is_movable() else [now]
    secrets = signatures.raw_mail_keys(company_uuid)
    if not any(signatures.stripe(post.body, header, secrets, now=one) for one in instants):
        return _plain("Bad signature.", 403)
    company = Company.objects.filter(uuid=company_uuid).values_list("pk", flat=True).first()
    if company is None:
        raise Http404("No such company.")
    store_letter(company, post.body)
    return HttpResponse(status=200)


def store_letter(company_id: int | None, letter: bytes, *, recipient: str = "") -> None:
    """Keep one raw letter, however it came; the same letter for the same company is kept once."""
    post = Post("message/rfc822", letter)
    _store("inbound", company_id, post, "", digest(letter, recipient.encode()), recipient=recipient)


def digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _store(
    kind: str, company_id: int | None, post: Post, provider: str, mark: str, **more: str
) -> None:
    content = post.as_content() | {"provider": provider} | more
    arrival = Arrival(
        vendor="mail",
        external_id=f"{provider or 'raw'}:{mark}",
        kind=kind,
        company_id=company_id,
        content=content,
        body=post.body,
    )
    store = receive if len(post.body) < SHORT else keep
    store([arrival], now=clock.now())


def _post(request) -> Post | None:
    """The body straight from the line: the limit for forms of people is far lower."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()) or int(length) > MOST_BYTES:
        return None
    body = request.read(int(length)) if int(length) else b""
    if len(body) != int(length):
        raise UnreadablePostError("The line broke.")
    return Post(request.META.get("CONTENT_TYPE", ""), body, request.headers.get("Authorization"))


def _plain(reason: str, status: int) -> HttpResponse:
    return HttpResponse(reason, status=status, content_type="text/plain")
