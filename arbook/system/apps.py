from django.apps import AppConfig


class SystemConfig(AppConfig):
    name = "arbook.system"
    label = "system"
