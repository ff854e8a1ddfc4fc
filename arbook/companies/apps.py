from django.apps import AppConfig


class CompaniesConfig(AppConfig):
    name = "arbook.companies"
    label = "companies"

    def ready(self):
        from django.contrib.auth.signals import user_logged_in

        from arbook.companies import signin

        user_logged_in.connect(signin.note_signing_in)
