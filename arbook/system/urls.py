from django.urls import path, re_path

from arbook.system.views import dead, logs, overview, record

app_name = "system"
_ROW = r"^(?P<side>events|effects)/(?P<row_id>[0-9]{1,18})/"
urlpatterns = [
    path("", overview.page, name="overview"),
    path("events/", logs.listing, {"side": "events"}, name="events"),
    path("effects/", logs.listing, {"side": "effects"}, name="effects"),
    re_path(rf"{_ROW}$", logs.detail, name="row"),
    re_path(rf"{_ROW}preview/$", logs.preview, name="preview"),
    re_path(rf"{_ROW}replay/$", logs.replay, name="replay"),
    re_path(rf"{_ROW}give-up/$", logs.give_up, name="give_up"),
    path("dead-letters/", dead.listing, name="dead"),
    path("dead-letters/<slug:key>/", dead.cause, name="cause"),
    path("dead-letters/<slug:key>/act/", dead.act, name="act"),
    path("bulk/<int:bulk_id>/", dead.bulk, name="bulk"),
    path("bulk/<int:bulk_id>/cancel/", dead.cancel, name="cancel"),
    path("workers/", overview.workers, name="workers"),
    path("workers/run/", overview.run_job, name="run_job"),
    path("audit-log/", record.listing, name="record"),
    path("audit-log/<int:entry_id>/", record.entry, name="entry"),
]
