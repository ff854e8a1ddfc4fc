"""The pages a customer sees. Their token is all the proof there is."""

from django.urls import path

from reconciliation.views import pay, texts

urlpatterns = [
    path("<str:token>/", pay.pay, name="pay"),
    path("<str:token>/done/", pay.done, name="pay_done"),
    path("<str:token>/texts/", texts.texts, name="pay_texts"),
]
