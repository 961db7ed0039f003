"""Addresses of user groups, committees and products."""

from django.urls import path

from .listings.group import UserGroupListing
from .views import group

groups = [
    path("groups/", UserGroupListing.as_view(), name="group_list"),
    path("groups/new/", group.create, name="group_create"),
    path("groups/<int:pk>/", group.group, name="group"),
    path("groups/<int:pk>/edit/", group.edit, name="group_edit"),
    path("groups/<int:pk>/archive/", group.archive, name="group_archive"),
    path("groups/<int:pk>/restore/", group.restore, name="group_restore"),
    path("groups/<int:pk>/members/", group.members, name="group_members"),
    path("groups/<int:pk>/members/new/", group.member_create, name="member_create"),
    path("groups/<int:pk>/members/<int:row_pk>/edit/", group.member_edit, name="member_edit"),
    path("groups/<int:pk>/members/<int:row_pk>/end/", group.member_end, name="member_end"),
]

bodies = [*groups]
