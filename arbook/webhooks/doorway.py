"""Vendors are no browsers: their posts need no session, no cookies and no page headers.

First in MIDDLEWARE, it hands whatever comes below ``/webhooks/`` to its view at once; a vendor
waits for the answer, and everything skipped here would be work done for nobody.
"""

from django.urls import resolve

PREFIX = "/webhooks/"


class VendorsFirst:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        match = resolve(request.path_info)
        request.resolver_match = match
        answer = match.func(request, *match.args, **match.kwargs)
        answer["Content-Length"] = str(len(answer.content))
        return answer
