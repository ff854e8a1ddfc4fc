from django.urls import path

from customers.views import acts, detail, listing

app_name = "customers"
urlpatterns = [
    path("", listing.listing, name="list"),
    path("export/<slug:kind>/", listing.export, name="export"),
    path("<int:customer_id>/", detail.detail, name="detail"),
    path("<int:customer_id>/header/", detail.header, name="header"),
    path("<int:customer_id>/timeline/", detail.history, name="timeline"),
    path("<int:customer_id>/vip/", acts.vip, name="vip"),
    path("<int:customer_id>/about/", acts.profile_edit, name="profile"),
    path("<int:customer_id>/notes/", acts.note_new, name="note"),
    path("<int:customer_id>/contacts/new/", acts.contact_new, name="contact_new"),
    path(
        "<int:customer_id>/contacts/<int:contact_id>/consent/", acts.consent_given, name="consent"
    ),
    path("<int:customer_id>/contacts/<int:contact_id>/stop/", acts.asked_to_stop, name="stop"),
    path(
        "<int:customer_id>/contacts/<int:contact_id>/wrong-person/",
        acts.wrong_person,
        name="wrong_person",
    ),
    path(
        "<int:customer_id>/contacts/<int:contact_id>/usable/",
        acts.contact_usable,
        name="contact_usable",
    ),
]
