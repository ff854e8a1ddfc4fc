from django.apps import AppConfig


class HeartbeatConfig(AppConfig):
    name = "arbook.heartbeat"
    label = "heartbeat"
