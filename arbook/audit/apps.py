from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "arbook.audit"
    label = "audit"
