from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "arbook.dashboard"
    label = "dashboard"
