"""Addresses of the inbox that came with the desk."""

from django.urls import path

from messaging.views import answers, many, pulse, saved_replies, threads

urlpatterns = [
    path("inbox/pulse/", pulse.beat, name="inbox_pulse"),
    path("inbox/many/", many.many, name="inbox_many"),
    path("inbox/undo/<str:moment>/", threads.undo, name="inbox_undo"),
    path("inbox/saved-replies/", saved_replies.listed, name="saved_replies"),
    path("inbox/saved-replies/new/", saved_replies.new, name="saved_reply_new"),
    path("inbox/saved-replies/<slug:reply_key>/", saved_replies.change, name="saved_reply"),
    path(
        "inbox/saved-replies/<slug:reply_key>/remove/",
        saved_replies.remove,
        name="saved_reply_remove",
    ),
    path("inbox/<int:thread_id>/composer/", answers.composer, name="thread_composer"),
    path("inbox/<int:thread_id>/saved/", answers.saved, name="thread_saved"),
    path("inbox/<int:thread_id>/reopen/", threads.reopen, name="thread_reopen"),
    path("inbox/<int:thread_id>/tick/", threads.tick, name="thread_tick"),
    path("inbox/<int:thread_id>/tag/", threads.tag, name="thread_tag"),
]
