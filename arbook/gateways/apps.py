from django.apps import AppConfig


class GatewaysConfig(AppConfig):
    name = "arbook.gateways"
    label = "gateways"
