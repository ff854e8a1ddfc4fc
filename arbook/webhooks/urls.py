from django.urls import path

from arbook.webhooks import views

app_name = "webhooks"
urlpatterns = [
    path("quickbooks/", views.quickbooks, name="quickbooks"),
    path("stripe/<uuid:company_uuid>/", views.stripe, name="stripe"),
    path("twilio/<uuid:company_uuid>/", views.twilio, name="twilio"),
    path("twilio/<uuid:company_uuid>/<uuid:message_uuid>/", views.twilio, name="twilio_status"),
]
