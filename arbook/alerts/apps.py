from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "arbook.alerts"
    label = "alerts"
