from django.urls import path

from reconciliation.views import likely, links, money

app_name = "reconciliation"
urlpatterns = [
    path("", money.money, name="money"),
    path("postings/", money.postings, name="postings"),
    path("of-invoice/<int:invoice_id>/", links.of_invoice, name="of_invoice"),
    path("likely/<int:task_id>/", likely.likely, name="likely"),
    path("likely/<int:task_id>/found/", likely.found, name="payment_found"),
    path("likely/<int:task_id>/not-found/", likely.not_found, name="payment_not_found"),
    path("likely/<int:task_id>/not-this/", likely.not_this, name="payment_not_this"),
    path("payments/<int:payment_id>/", money.payment, name="payment"),
]
