from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class SetupConfig(AppConfig):
    name = "arbook.setup"
    label = "setup"

    def ready(self):
        from arbook.setup import effects_signin, front_door  # noqa: F401
        from arbook.setup.heartbeat import write_schedule

        front_door.listen()

        # Of the app that owns the row: an app without models, as we are, is never announced.
        post_migrate.connect(write_schedule, sender=apps.get_app_config("django_q"))
