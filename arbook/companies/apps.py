from django.apps import AppConfig


class CompaniesConfig(AppConfig):
    name = "arbook.companies"
    label = "companies"
