from django.urls import path

from customers.views import acts, consent, consent_acts, detail, listing

app_name = "customers"
urlpatterns = [
    path("", listing.listing, name="list"),
    path("export/<slug:kind>/", listing.export, name="export"),
    path("consent/", consent.listing, name="consent_ledger"),
    path("consent/export/<slug:kind>/", consent.export, name="consent_export"),
    path("consent/import/", consent_acts.import_list, name="consent_import"),
    path("consent/wordings/", consent_acts.wording, name="wordings"),
    path("consent/forms/<int:form_id>/", consent.signed_form, name="signed_form"),
    path("consent/stop/<path:address>/", consent_acts.stopped, name="number_stop"),
    path("consent/of/<path:address>/", consent.number, name="number"),
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
        "<int:customer_id>/contacts/<int:contact_id>/form/",
        consent_acts.form_upload,
        name="form_upload",
    ),
    path(
        "<int:customer_id>/contacts/<int:contact_id>/ask/",
        consent_acts.ask_by_text,
        name="ask_by_text",
    ),
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
