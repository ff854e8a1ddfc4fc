"""The doors for mail: providers who hand letters in or tell what became of ours, and raw letters.

As at every door: verify, store, answer. What a provider posted is kept as it was posted; whose it
is and what it means is found out afterwards. Letters are long: until somebody has proved to be who
they say, a post lies on the disk, not in the memory.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from threading import Lock

from django.http import Http404, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from arbook import clock
from arbook.companies.models import Company
from arbook.gateways import mail_providers, signatures
from arbook.gateways.mail_posts import Post
from arbook.webhooks import spool
from arbook.webhooks.store import Arrival, keep, receive

# A raw letter: as much as can be taken apart.
MOST_RAW = 40 * 1024 * 1024
# What is longer does not share a statement with others, who would wait for it.
SHORT = 200_000
SIGNATURE = "X-Arbook-Signature"
# Long letters are written to the database one after the other.
_one_long = Lock()


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
    if not mail_providers.is_known(provider, kind):
        raise Http404("No such provider here.")
    head = _head(request)
    most = mail_providers.most_bytes(provider, kind, head.kind)
    if not mail_providers.may_be_signed(provider, kind, head):
        return _plain("Bad signature.", 403)

    def take(post: Post) -> HttpResponse:
        if not mail_providers.is_signed(provider, kind, post):
            return _plain("Bad signature.", 403)
        _store(kind, None, post, provider, mail_providers.mark(provider, kind, post))
        return HttpResponse(status=200)

    return _taking(request, head, most, take)


@csrf_exempt
@require_POST
def raw_letter(request, company_uuid):
    """One letter as a mailbox holds it, signed with the company's own key."""
    header, now = request.headers.get(SIGNATURE, ""), clock.now()
    if not header:
        return _plain("Bad signature.", 403)
    instants = [now, clock.system()] if clock.is_movable() else [now]
    secrets = signatures.raw_mail_keys(company_uuid)

    def take(post: Post) -> HttpResponse:
        if not any(signatures.stripe(post.body, header, secrets, now=one) for one in instants):
            return _plain("Bad signature.", 403)
        company = Company.objects.filter(uuid=company_uuid).values_list("pk", flat=True).first()
        if company is None:
            raise Http404("No such company.")
        store_letter(company, bytes(post.body))
        return HttpResponse(status=200)

    return _taking(request, _head(request), MOST_RAW, take)


def store_letter(company_id: int | None, letter: bytes, *, recipient: str = "") -> None:
    """Keep one raw letter, however it came; the same letter for the same company is kept once."""
    post = Post("message/rfc822", letter)
    _store("inbound", company_id, post, "", digest(letter, recipient.encode()), recipient=recipient)


def digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _store(
    kind: str, company_id: int | None, post: Post, provider: str, mark: str, **more: str
) -> None:
    def arrival() -> Arrival:
        content = post.as_content() | {"provider": provider} | more
        return Arrival("mail", f"{provider or 'raw'}:{mark}", kind, company_id, content)

    if len(post.body) < SHORT:
        receive([arrival()], now=clock.now())
        return
    with _one_long:
        keep([arrival()], now=clock.now())


def _head(request) -> Post:
    """A post of which only the head is known."""
    head = request.headers
    return Post(
        request.META.get("CONTENT_TYPE", ""), b"", head.get("Authorization"), head.get("Signature")
    )


def _taking(request, head: Post, most: int, take: Callable[[Post], HttpResponse]) -> HttpResponse:
    """Read a body of at most so many bytes from the line, and have it taken."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()) or int(length) > most:
        return _plain("Too large.", 413)
    try:
        with spool.body_of(request, int(length)) as body:
            return take(replace(head, body=body))
    except UnreadablePostError:
        return _plain("Broken off. Send it again.", 400)


def _plain(reason: str, status: int) -> HttpResponse:
    return HttpResponse(reason, status=status, content_type="text/plain")
