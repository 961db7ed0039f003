"""Addresses of the workshops app."""

from django.urls import path

from .listings import MeetingListing, WorkshopListing
from .views import attendance, event, guests, meetings, reply

app_name = "workshops"
urlpatterns = [
    path("workshops/", WorkshopListing.as_view(), name="list"),
    path("workshops/new/", event.new, name="new"),
    path("workshops/<int:pk>/", event.event, name="event"),
    path("workshops/<int:pk>/edit/", event.edit, name="edit"),
    path("workshops/<int:pk>/programme/", event.programme, name="programme"),
    path("workshops/<int:pk>/cancel/", event.cancel, name="cancel"),
    path("workshops/<int:pk>/postpone/", event.postpone, name="postpone"),
    path("workshops/<int:pk>/new-day/", event.new_day, name="new_day"),
    path("workshops/<int:pk>/messages/<int:step>/", event.send_step, name="send_step"),
    path("workshops/<int:pk>/outcomes/", event.outcomes, name="outcomes"),
    path("workshops/<int:pk>/outcomes/send/", event.publish, name="publish"),
    path("workshops/<int:pk>/invitations/", guests.invitations, name="invitations"),
    path("workshops/<int:pk>/invitations/chosen/", guests.chosen, name="chosen"),
    path("workshops/<int:pk>/invitations/<int:invitation>/", guests.guest, name="guest"),
    path("workshops/<int:pk>/invitations/<int:invitation>/remove/", guests.take_off, name="take_off"),
    path("workshops/<int:pk>/invitations/<int:invitation>/send-again/", guests.guest_again, name="guest_again"),
    path("workshops/<int:pk>/invitations/send-again/", guests.send_again, name="send_again"),
    path("workshops/<int:pk>/participants/", guests.participants, name="participants"),
    path("workshops/<int:pk>/preview/", guests.preview, name="preview"),
    path("workshops/<int:pk>/preview/<int:invitation>/", guests.preview_body, name="preview_body"),
    path("workshops/<int:pk>/preview/<int:invitation>/test/", guests.send_test, name="send_test"),
    path("workshops/<int:pk>/send/", guests.send, name="send"),
    path("workshops/<int:pk>/attendance/", attendance.attendance, name="attendance"),
    path("workshops/<int:pk>/attendance/list/", attendance.attendance_list, name="attendance_list"),
    path("workshops/<int:pk>/attendance/walk-in/", attendance.walk_in, name="walk_in"),
    path("workshops/<int:pk>/held/", attendance.held, name="held"),
    path("meetings/", MeetingListing.as_view(), name="meeting_list"),
    path("meetings/new/", meetings.new, name="meeting_new"),
    path("meetings/<int:pk>/", event.event, name="meeting"),
    path("meetings/<int:pk>/papers/", meetings.papers, name="papers"),
    path("meetings/<int:pk>/papers/<int:paper>/remove/", meetings.paper_remove, name="paper_remove"),
    path("meetings/<int:pk>/decisions/new/", meetings.decision_new, name="decision_new"),
    path("meetings/<int:pk>/decisions/<int:decision>/", meetings.decision_edit, name="decision_edit"),
    path("meetings/<int:pk>/actions/new/", meetings.action_new, name="action_new"),
    path("portal/workshops/<int:pk>/", reply.own_reply, name="own_reply"),
    path("i/<str:token>/", reply.reply, name="reply"),
    path("i/<str:token>/calendar/", reply.calendar_file, name="calendar_file"),
]
