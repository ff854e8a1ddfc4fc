"""The box on the pay page: a customer agrees to texts at a number they type.

The link proves only that somebody holds our message. So the number is asked for its own YES by one
text, and what the page says is the same whoever's number it is.
"""

from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from arbook import clock
from arbook.web.limits import client_ip, limited, public_limits
from arbook.web.spanish import said
from customers import opt_ins, wordings
from customers.models import ConsentEvent, ConsentWording
from reconciliation import paylinks
from reconciliation.forms import TextsForm
from reconciliation.models import PayLink
from reconciliation.views.pay import behind_link


# Like the pay page itself: nobody is signed in, so there is no session to abuse.
@csrf_exempt
@never_cache
@limited("pay", limits=public_limits)
@require_http_methods(["GET", "HEAD", "POST"])
@behind_link
def texts(request, link):
    """Looking writes nothing; the post is what agrees."""
    if not opt_ins.offered(link.customer):
        return redirect("pay", paylinks.token(link))
    wording = wordings.current(link.company, ConsentWording.Kind.PAY_PAGE, link.customer.language)
    language = link.customer.language
    form = TextsForm(request.POST or None, wording=wording, language=language)
    number = ""
    if form.is_valid():
        try:
            opt_ins.ask(
                link.customer,
                written=form.cleaned_data["number"],
                source=ConsentEvent.Source.PAY_PAGE,
                wording=wording,
                evidence=_evidence(request, link),
                by=None,
                now=clock.now(),
            )
        except opt_ins.NothingToAsk:
            number = form.cleaned_data["number"]
        except opt_ins.OptInRefused as refusal:
            form.add_error("number", said(str(refusal), language))
        else:
            number = form.cleaned_data["number"]
    refused = form.is_bound and not form.is_valid()
    return render(
        request,
        "reconciliation/pay_texts.html",
        {
            "company": link.company,
            "language": language,
            "link": link,
            "token": paylinks.token(link),
            "form": form,
            "wording": wording,
            "number": number,
        },
        status=422 if refused else 200,
    )


def _evidence(request, link: PayLink) -> dict:
    """What the page can know of who agreed."""
    return {
        "pay_link": link.pk,
        "ip": client_ip(request),
        "browser": request.headers.get("User-Agent", "")[:200],
        "box_ticked": True,
    }
