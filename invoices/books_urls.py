"""The receivable: invoices and their aging."""

from django.urls import path

from invoices.views import aging, invoices

urlpatterns = [
    path("", invoices.invoices, name="list"),
    path("aging/", aging.workbench, name="aging"),
    path("<int:invoice_id>/", invoices.invoice, name="detail"),
]
