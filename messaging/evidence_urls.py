from django.urls import path

from messaging.views import evidence

urlpatterns = [
    path("", evidence.evidence, name="evidence"),
    path("check/", evidence.check, name="evidence_check"),
    path("of-number/", evidence.make_for_address, name="evidence_of_number"),
    path("<int:customer_id>/", evidence.of_customer, name="evidence_of_customer"),
    path("<int:customer_id>/file/", evidence.make, name="evidence_file"),
]
