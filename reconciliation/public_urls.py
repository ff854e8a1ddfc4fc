"""The pages a customer sees. Their token is all the proof there is."""

urlpatterns = []
