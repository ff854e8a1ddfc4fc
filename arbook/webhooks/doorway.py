"""Vendors are no browsers: their posts need no session, no cookies and no page headers.

First in MIDDLEWARE, it hands whatever comes below ``/webhooks/`` to its view at once; a vendor
waits for the answer, and everything skipped here would be work done for nobody. While the database
is away nothing can be stored, and the vendor is told to come again.
"""

import logging

from django.db import Error, connection
from django.http import Http404, HttpResponse
from django.urls import resolve

logger = logging.getLogger(__name__)

PREFIX = "/webhooks/"
DOORS = "arbook.webhooks.urls"
AGAIN_SECONDS = 15


class VendorsFirst:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        try:
            match = resolve(request.path_info.removeprefix(PREFIX[:-1]), DOORS)
            request.resolver_match = match
            answer = match.func(request, *match.args, **match.kwargs)
        except Http404:
            answer = HttpResponse("Nothing here.", status=404, content_type="text/plain")
        except Error as trouble:
            logger.error("not stored, %s: %s", request.path_info.split("/")[2], _line(trouble))
            connection.close()
            answer = HttpResponse(
                "Not stored. Send it again.", status=503, content_type="text/plain"
            )
            answer["Retry-After"] = str(AGAIN_SECONDS)
        answer["Content-Length"] = str(len(answer.content))
        return answer


def _line(trouble: Error) -> str:
    text = str(trouble).strip().splitlines()
    return f"{type(trouble).__name__}: {text[0][:200]}" if text else type(trouble).__name__
