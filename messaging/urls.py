from django.urls import path

from messaging.views import batch, messages, why

app_name = "messaging"
urlpatterns = [
    path("", batch.batch, name="batch"),
    path("approve/", batch.approve_many, name="approve_many"),
    path("undo/<str:moment>/", batch.undo, name="undo"),
    path("<int:message_id>/", batch.message, name="message"),
    path("<int:message_id>/approve/", batch.approve, name="approve"),
    path("<int:message_id>/undo/", batch.undo_one, name="undo_one"),
    path("<int:message_id>/edit/", batch.edit, name="edit"),
    path("<int:message_id>/skip/", batch.skip, name="skip"),
    path("<int:message_id>/pause/", batch.pause, name="pause"),
    path("<int:message_id>/exclude/", batch.exclude, name="exclude"),
    path("of-invoice/<int:invoice_id>/", messages.of_invoice, name="of_invoice"),
    path("why/<int:invoice_id>/", why.why, name="why"),
    path("why/<int:invoice_id>/lift/<int:hold_id>/", why.lift, name="lift"),
]
