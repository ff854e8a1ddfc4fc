"""What each role may do, for everybody who works here."""

from django.shortcuts import render

from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.setup.roles import AREAS


@company_view(Role.VIEWER)
def matrix(request, company):
    areas = [
        {
            "area": area,
            "rows": [(act.said, [(role, act.allows(role)) for role in Role]) for act in area.acts],
        }
        for area in AREAS
    ]
    return render(
        request, "setup/roles.html", {"areas": areas, "roles": Role, "mine": request.role}
    )
