from django.urls import path

from arbook.system.views import dead, logs, overview, record

app_name = "system"
EVENTS, EFFECTS = {"side": "events"}, {"side": "effects"}
urlpatterns = [
    path("", overview.page, name="overview"),
    path("events/", logs.listing, EVENTS, name="events"),
    path("events/<int:event_id>/", logs.detail, EVENTS, name="events_row"),
    path("events/<int:event_id>/preview/", logs.preview, EVENTS, name="events_preview"),
    path("events/<int:event_id>/replay/", logs.replay, EVENTS, name="events_replay"),
    path("events/<int:event_id>/give-up/", logs.give_up, EVENTS, name="events_give_up"),
    path("effects/", logs.listing, EFFECTS, name="effects"),
    path("effects/<int:effect_id>/", logs.detail, EFFECTS, name="effects_row"),
    path("effects/<int:effect_id>/preview/", logs.preview, EFFECTS, name="effects_preview"),
    path("effects/<int:effect_id>/replay/", logs.replay, EFFECTS, name="effects_replay"),
    path("effects/<int:effect_id>/give-up/", logs.give_up, EFFECTS, name="effects_give_up"),
    path("dead-letters/", dead.listing, name="dead"),
    path("dead-letters/<slug:cause>/", dead.cause, name="cause"),
    path("dead-letters/<slug:cause>/act/", dead.act, name="act"),
    path("bulk/<int:bulk_id>/", dead.bulk, name="bulk"),
    path("bulk/<int:bulk_id>/cancel/", dead.cancel, name="cancel"),
    path("workers/", overview.workers, name="workers"),
    path("workers/run/", overview.run_job, name="run_job"),
    path("audit-log/", record.listing, name="record"),
    path("audit-log/<int:entry_id>/", record.entry, name="entry"),
]
