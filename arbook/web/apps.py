from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "arbook.web"
    label = "web"
