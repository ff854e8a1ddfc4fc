"""Places that the customer's page shows, and data to fix."""

from django.urls import path

from invoices.views import data_to_fix, of_customer

urlpatterns = [
    path("data-to-fix/", data_to_fix.data_to_fix, name="data_to_fix"),
    path("of-customer/<int:customer_id>/", of_customer.of_customer, name="of_customer"),
    path("of-customer/<int:customer_id>/pauses/", of_customer.pauses_of_customer, name="pauses"),
    path("of-customer/<int:customer_id>/pause/", of_customer.pause, name="pause_customer"),
    path("pauses/<int:hold_id>/end/", of_customer.resume, name="resume"),
]
