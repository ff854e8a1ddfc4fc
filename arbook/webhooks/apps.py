from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class WebhooksConfig(AppConfig):
    name = "arbook.webhooks"
    label = "webhooks"

    def ready(self):
        autodiscover_modules("handlers")
