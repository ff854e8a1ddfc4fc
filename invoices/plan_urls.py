"""Where the plan is read and decided: approvals, cadences, tasks, pauses, promises, disputes,
plans."""

from django.urls import path

from invoices.views import approvals, cadences, disputes, holds, plans, tasks

urlpatterns = [
    path("approvals/", approvals.queue, name="approvals"),
    path("approvals/history/", approvals.history, name="approvals_history"),
    path("approvals/<int:pk>/", approvals.detail, name="approval"),
    path("approvals/<int:pk>/decide/", approvals.decide, name="approval_decide"),
    path("approvals/<int:pk>/letter.pdf", approvals.letter_pdf, name="letter_pdf"),
    path("cadences/", cadences.listing, name="cadences"),
    path("cadences/<int:pk>/", cadences.detail, name="cadence"),
    path("cadences/<int:pk>/edit/", cadences.edit, name="cadence_edit"),
    path("cadences/<int:pk>/default/", cadences.make_default, name="cadence_default"),
    path("cadences/of/<int:customer_id>/", cadences.of_customer, name="cadence_of_customer"),
    path("tasks/", tasks.listing, name="tasks"),
    path("tasks/<int:pk>/", tasks.detail, name="task"),
    path("tasks/new/<int:invoice_id>/", tasks.new, name="task_new"),
    path("tasks/<int:pk>/give/", tasks.give, name="task_give"),
    path("tasks/<int:pk>/finish/", tasks.finish, name="task_finish"),
    path("tasks/<int:pk>/snooze/", tasks.snooze, name="task_snooze"),
    path("tasks/<int:pk>/mine/", tasks.assign_to_me, name="task_mine"),
    path("holds/<int:pk>/lift/", holds.lift, name="hold_lift"),
    path("<int:invoice_id>/pause/", holds.pause_invoice, name="invoice_pause"),
    path("<int:invoice_id>/promise/", holds.promise_new, name="promise_new"),
    path("<int:invoice_id>/dispute/", holds.dispute_new, name="dispute_new"),
    path("disputes/", disputes.listing, name="disputes"),
    path("disputes/<int:pk>/", disputes.detail, name="dispute"),
    path("disputes/<int:pk>/resolve/", disputes.resolve, name="dispute_resolve"),
    path("disputes/<int:pk>/evidence/", disputes.evidence_new, name="evidence_new"),
    path("disputes/<int:pk>/mine/", disputes.mine, name="dispute_mine"),
    path("disputes/evidence/<int:evidence_id>/", disputes.evidence, name="evidence"),
    path("plans/", plans.listing, name="plans"),
    path("plans/<int:pk>/", plans.detail, name="plan"),
    path("plans/<int:pk>/end/", plans.plan_end, name="plan_end"),
    path("plans/of/<int:customer_id>/", plans.plan_new, name="plan_new"),
]
