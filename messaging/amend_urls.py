from django.urls import path

from messaging.views import amends

urlpatterns = [path("<int:message_id>/correct/", amends.amend, name="amend")]
