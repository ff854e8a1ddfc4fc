from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SetupConfig(AppConfig):
    name = "arbook.setup"
    label = "setup"

    def ready(self):
        from arbook.setup.heartbeat import write_schedule

        post_migrate.connect(write_schedule, sender=self)
