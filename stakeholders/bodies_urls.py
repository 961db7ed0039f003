"""Addresses of user groups, committees and products."""

from django.urls import path

from .listings.committee import CommitteeListing
from .listings.group import UserGroupListing
from .listings.product import ProductListing
from .views import committee, group, product

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

committees = [
    path("committees/", CommitteeListing.as_view(), name="committee_list"),
    path("committees/new/", committee.create, name="committee_create"),
    path("committees/<int:pk>/", committee.committee, name="committee"),
    path("committees/<int:pk>/edit/", committee.edit, name="committee_edit"),
    path("committees/<int:pk>/archive/", committee.archive, name="committee_archive"),
    path("committees/<int:pk>/restore/", committee.restore, name="committee_restore"),
    path("committees/<int:pk>/seats/new/", committee.seat_create, name="seat_create"),
    path("committees/<int:pk>/seats/<int:seat_pk>/edit/", committee.seat_edit, name="seat_edit"),
    path("committees/<int:pk>/seats/<int:seat_pk>/end/", committee.seat_end, name="seat_end"),
    path("committees/<int:pk>/seats/<int:seat_pk>/holders/new/", committee.holder_create, name="holder_create"),
    path("committees/<int:pk>/holders/<int:row_pk>/end/", committee.holder_end, name="holder_end"),
]

products = [
    path("products/", ProductListing.as_view(), name="product_list"),
    path("products/new/", product.create, name="product_create"),
    path("products/load/", product.load, name="product_load"),
    path("products/<int:pk>/", product.product, name="product"),
    path("products/<int:pk>/edit/", product.edit, name="product_edit"),
    path("products/<int:pk>/archive/", product.archive, name="product_archive"),
    path("products/<int:pk>/restore/", product.restore, name="product_restore"),
    path("products/<int:pk>/items/new/", product.item_create, name="item_create"),
    path("products/<int:pk>/items/<int:row_pk>/edit/", product.item_edit, name="item_edit"),
    path("products/<int:pk>/groups/new/", product.key_group_create, name="key_group_create"),
    path("products/<int:pk>/groups/<int:row_pk>/remove/", product.key_group_remove, name="key_group_remove"),
]

bodies = [*groups, *committees, *products]
