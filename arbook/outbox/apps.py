from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class OutboxConfig(AppConfig):
    name = "arbook.outbox"
    label = "outbox"

    def ready(self):
        autodiscover_modules("effects")
