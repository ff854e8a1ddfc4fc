"""Read-only windows for support; acts go through the screens, which keep a record."""

from django.contrib import admin

from arbook.companies import second_factor
from customers.models import ConsentEvent, Contact, Customer


class ReadOnly(admin.ModelAdmin):
    """Nothing is added, changed or deleted here."""

    list_select_related = ("company",)

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        # Where owners need a second factor to look, support needs one as well.
        if second_factor.has(request.user):
            return rows
        return rows.exclude(company__second_factor_required=True)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Customer)
class CustomerAdmin(ReadOnly):
    list_display = ("name", "company", "quickbooks_id", "is_active", "balance")
    list_filter = ("company", "is_active", "is_deleted")
    search_fields = ("name", "quickbooks_id")


@admin.register(Contact)
class ContactAdmin(ReadOnly):
    list_display = ("address", "customer", "company", "channel", "state", "source")
    list_filter = ("company", "channel", "state")
    search_fields = ("address", "written", "customer__name")


@admin.register(ConsentEvent)
class ConsentEventAdmin(ReadOnly):
    list_display = ("address", "company", "channel", "direction", "source", "at", "by")
    list_filter = ("company", "channel", "direction", "source")
    search_fields = ("address",)
