"""Addresses of the stakeholders app."""

from django.urls import path

from .bodies_urls import bodies
from .directory_urls import directory
from .listings.interaction import InteractionListing
from .listings.task import TaskListing
from .views import cadence, calendar, interaction, my_work, preferences, task

app_name = "stakeholders"

work = [
    path("", my_work.home, name="home"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("due/", my_work.due_list, name="due_list"),
    path("organisations/<int:pk>/due/", cadence.move, {"kind": "organisation"}, name="organisation_due"),
    path("people/<int:pk>/due/", cadence.move, {"kind": "person"}, name="person_due"),
    path("groups/<int:pk>/due/", cadence.move, {"kind": "group"}, name="group_due"),
    path("interactions/", InteractionListing.as_view(), name="interaction_list"),
    path("interactions/new/", interaction.create, name="interaction_create"),
    path("interactions/quick/", interaction.quick, name="interaction_quick"),
    path("interactions/<int:pk>/", interaction.interaction, name="interaction"),
    path("interactions/<int:pk>/edit/", interaction.edit, name="interaction_edit"),
    path("interactions/<int:pk>/delete/", interaction.delete, name="interaction_delete"),
    path("tasks/", TaskListing.as_view(), name="task_list"),
    path("tasks/new/", task.create, name="task_create"),
    path("tasks/<int:pk>/", task.task, name="task"),
    path("tasks/<int:pk>/edit/", task.edit, name="task_edit"),
    path("tasks/<int:pk>/done/", task.done, name="task_done"),
    path("tasks/<int:pk>/move/", task.move, name="task_move"),
    path("tasks/<int:pk>/cancel/", task.cancel, name="task_cancel"),
    path("tasks/<int:pk>/reopen/", task.reopen, name="task_reopen"),
]

by_link = [
    path("preferences/<str:token>/", preferences.preferences, name="preferences"),
    path("preferences/<str:token>/unsubscribe/", preferences.unsubscribe, name="unsubscribe"),
]

urlpatterns = [*work, *directory, *bodies, *by_link]
