from django.urls import path

from arbook.webhooks import mail, views

app_name = "webhooks"
urlpatterns = [
    path("quickbooks/", views.quickbooks, name="quickbooks"),
    path("stripe/<uuid:company_uuid>/", views.stripe, name="stripe"),
    path("twilio/<uuid:company_uuid>/", views.twilio, name="twilio"),
    path("twilio/<uuid:company_uuid>/<uuid:message_uuid>/", views.twilio, name="twilio_status"),
    path("mail/raw/<uuid:company_uuid>/", mail.raw_letter, name="mail_raw"),
    # Mailgun posts the letter as it came to addresses that end like this.
    path("mail/<slug:provider>/inbound/mime", mail.inbound, name="mail_mime"),
    path("mail/<slug:provider>/inbound/", mail.inbound, name="mail_inbound"),
    path("mail/<slug:provider>/tracking/", mail.tracking, name="mail_tracking"),
]
