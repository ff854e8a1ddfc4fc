"""Every screen, by the app that owns its data."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("arbook.web.urls")),
    path("accounts/", include("allauth.urls")),
    path("support/", admin.site.urls),
]
