from django.urls import path

from messaging.views import templates

urlpatterns = [
    path("", templates.templates, name="templates"),
    path("versions/<int:template_id>/", templates.version, name="template_version"),
    path("<str:text>/", templates.template, name="template"),
    path("<str:text>/check/", templates.check, name="template_check"),
    path("<str:text>/test/", templates.trial, name="template_test"),
    path("<str:text>/roll-back/", templates.roll_back, name="template_roll_back"),
]
