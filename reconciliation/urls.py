from django.urls import path

from reconciliation.views import links, money

app_name = "reconciliation"
urlpatterns = [
    path("", money.money, name="money"),
    path("postings/", money.postings, name="postings"),
    path("of-invoice/<int:invoice_id>/", links.of_invoice, name="of_invoice"),
    path("payments/<int:payment_id>/", money.payment, name="payment"),
]
