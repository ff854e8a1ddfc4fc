"""The choice of colours, and the styleguide for those who build screens."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from arbook.web import samples
from arbook.web.respond import show

YEAR = 365 * 24 * 3600


@require_POST
def theme(request):
    """Keep light, dark or the device's own colours in a cookie and go back."""
    wanted = request.POST.get("theme", "")
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = redirect(back)
    if wanted in ("light", "dark"):
        secure = request.is_secure()
        response.set_cookie("theme", wanted, max_age=YEAR, secure=secure, samesite="Lax")
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


@require_safe
def robots(request):
    """Nothing here is for search engines.

    The customers' pages stay open to them all the same: only who reads such a page sees that it
    must not be listed, and an address that is merely blocked may still be listed, proof and all.
    """
    lines = ["User-agent: *", "Allow: /pay/", "Allow: /stop/", "Disallow: /", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def styleguide(request):
    """Every part in every state. Development only."""
    if not (settings.DEBUG or getattr(settings, "DEVELOPMENT", False)):
        raise Http404("The styleguide is for development.")
    fragment = "styleguide_drawer.html" if "drawer" in request.GET else None
    context = samples.everything(request)
    return show(request, page="styleguide.html", fragment=fragment, context=context, status=200)
