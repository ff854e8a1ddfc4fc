from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "arbook.dashboard"
    label = "dashboard"

    def ready(self):
        from arbook.dashboard import rail

        rail.register()
