from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "arbook.operations"
    label = "operations"
