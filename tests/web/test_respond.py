import json
from datetime import UTC, datetime

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage

from arbook.web.respond import Undo, done, refused, show

HTMX = {"HX-Request": "true"}


class AmountForm(forms.Form):
    amount = forms.DecimalField()


@pytest.fixture
def ask(rf):
    def make(method="get", headers=None):
        request = getattr(rf, method)("/c/harbor/", headers=headers or {})
        request.user = AnonymousUser()
        request._messages = CookieStorage(request)
        return request

    return make


def _show(request, **more):
    return show(request, page="404.html", fragment="components/skeleton.html", **more)


def test_htmx_gets_the_fragment_and_everybody_else_the_page(ask):
    assert b"<html" in _show(ask()).content
    assert b"<html" not in _show(ask(headers=HTMX)).content


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_a_boosted_or_restored_request_gets_the_whole_page(ask, header):
    assert b"<html" in _show(ask(headers={**HTMX, header: "true"})).content


def test_the_cache_keeps_fragment_and_page_apart(ask):
    assert "HX-Request" in _show(ask())["Vary"]


@pytest.mark.parametrize(("data", "status"), [(None, 200), ({"amount": "5"}, 200), ({}, 422)])
def test_a_refused_form_answers_422(ask, data, status):
    assert _show(ask(), context={"form": AmountForm(data)}).status_code == status


def test_done_tells_htmx_what_changed_and_what_to_say(ask):
    undo = Undo("/undo/7/", datetime(2026, 5, 14, 16, 1, tzinfo=UTC))

    response = done(
        ask("post", HTMX), go_to="/c/harbor/", changed="invoice-changed", message="Held.", undo=undo
    )

    assert response.status_code == 204
    assert json.loads(response["HX-Trigger"]) == {
        "invoice-changed": True,
        "toast": {
            "message": "Held.",
            "tone": "ok",
            "undo": "/undo/7/",
            "until": "2026-05-14T16:01:00+00:00",
        },
    }


def test_done_sends_the_browser_on_when_asked(ask):
    request = ask("post", HTMX)

    response = done(request, go_to="/c/harbor/", message="Held.", leave=True)

    assert response["HX-Redirect"] == "/c/harbor/"
    assert [str(message) for message in get_messages(request)] == ["Held."]


def test_done_without_htmx_redirects_with_a_message(ask):
    class Place:
        def get_absolute_url(self):
            return "/c/harbor/invoices/7/"

    request = ask("post")

    response = done(request, go_to=Place(), message="Held.")

    assert (response.status_code, response.url) == (302, "/c/harbor/invoices/7/")
    assert [str(message) for message in get_messages(request)] == ["Held."]


def test_a_refusal_swaps_nothing_and_says_why(ask):
    response = refused(ask("post", HTMX), message="Already paid.", go_to="/c/harbor/")

    assert (response.status_code, response["HX-Reswap"]) == (422, "none")
    assert json.loads(response["HX-Trigger"])["toast"]["message"] == "Already paid."


def test_a_refusal_without_htmx_goes_back_with_an_error(ask):
    request = ask("post")

    response = refused(request, message="Already paid.", go_to="/c/harbor/")

    assert response.url == "/c/harbor/"
    assert [message.level_tag for message in get_messages(request)] == ["error"]
