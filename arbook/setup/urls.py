from django.urls import path

from arbook.setup.views import company, connections, person, roles, stops

app_name = "setup"
urlpatterns = [
    path("connections/", connections.overview, name="connections"),
    path("connections/sync/", connections.sync_now, name="sync_now"),
    path("connections/quickbooks/start/", connections.quickbooks_start, name="quickbooks_start"),
    path("connections/<slug:vendor>/", connections.connect, name="connect"),
    path("connections/<slug:vendor>/read/", connections.read_now, name="read_now"),
    path("connections/<slug:vendor>/try/", connections.try_now, name="try_now"),
    path("connections/<slug:vendor>/disconnect/", connections.disconnect, name="disconnect"),
    path("members/", company.people, name="members"),
    path("members/roles/", roles.matrix, name="roles"),
    path("members/<int:membership_id>/", company.member, name="member"),
    path("persons/<int:customer_id>/", person.person, name="person"),
    path("persons/<int:customer_id>/file/", person.export, name="person_export"),
    path("persons/<int:customer_id>/erase/", person.erase, name="person_erase"),
    path("settings/", company.settings, name="company"),
    path("stop/", stops.stop, name="stop"),
]
