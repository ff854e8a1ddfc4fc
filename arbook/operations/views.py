"""Three addresses for machines: alive, ready, and how it fares in numbers."""

import hmac

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from arbook import clock
from arbook.operations import health
from arbook.operations import metrics as figures


@never_cache
@require_safe
def alive(request):
    """This process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def ready(request):
    """200 when requests may be sent here, 503 with the reasons when not."""
    state = health.readiness()
    told = {"ready": state.is_ready, "troubles": state.troubles}
    return JsonResponse(told, status=200 if state.is_ready else 503)


@never_cache
@require_safe
def metrics(request):
    """Prometheus' text format, for whoever holds METRICS_TOKEN; without one it does not exist.

    In development, where nothing is secret, no token is needed.
    """
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
            answer = HttpResponse("A token is needed.\n", status=401, content_type="text/plain")
            answer["WWW-Authenticate"] = "Bearer"
            return answer
    elif not settings.DEVELOPMENT:
        raise Http404("METRICS_TOKEN is not set.")
    text, content_type = figures.exposition(now=clock.now())
    return HttpResponse(text, content_type=content_type)
