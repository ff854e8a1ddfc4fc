"""The product's addresses and one that breaks."""

from django.urls import path

from arbook.urls import handler429  # noqa: F401
from arbook.urls import urlpatterns as whole


def broken(request):
    raise RuntimeError("It breaks, as asked.")


urlpatterns = [path("broken/", broken), *whole]
