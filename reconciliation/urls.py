from django.urls import path

from reconciliation.views import money

app_name = "reconciliation"
urlpatterns = [
    path("", money.money, name="money"),
    path("postings/", money.postings, name="postings"),
    path("payments/<int:payment_id>/", money.payment, name="payment"),
]
