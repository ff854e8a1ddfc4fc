from django.apps import AppConfig


class SetupConfig(AppConfig):
    name = "arbook.setup"
    label = "setup"
