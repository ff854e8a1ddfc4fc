from django.apps import AppConfig


class SystemConfig(AppConfig):
    name = "arbook.system"
    label = "system"

    def ready(self):
        from arbook.companies import keeping
        from arbook.system import person, retention
        from customers import person as persons

        keeping.ages_out(retention.age_out)
        persons.beside.append(person)
