from django.apps import AppConfig


class SandboxConfig(AppConfig):
    """The simulated vendors; no tables, its process runs without Django."""

    name = "arbook.sandbox"
    label = "sandbox"
