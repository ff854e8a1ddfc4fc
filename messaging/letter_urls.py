"""Whole mails, as they came. ``mail_id`` is the key of the message."""

from django.urls import path

from messaging.views import letters

urlpatterns = [
    path("<int:mail_id>/", letters.letter, name="letter"),
    path("<int:mail_id>/raw/", letters.raw, name="letter_raw"),
    path("files/<int:file_id>/", letters.file, name="letter_file"),
    path("files/<int:file_id>/evidence/", letters.file_evidence, name="letter_file_evidence"),
]
