"""Addresses of organisations, people and statistical domains."""

from django.urls import path

from .listings.bulk import BulkChangeListing
from .listings.domain import DomainListing
from .listings.organisation import OrganisationListing
from .listings.person import PersonListing
from .views import bulk, domain, merge, organisation, person, relation

ORGANISATIONS, PEOPLE = {"subject": "organisation"}, {"subject": "person"}

organisations = [
    path("organisations/", OrganisationListing.as_view(), name="organisation_list"),
    path("organisations/new/", organisation.create, name="organisation_create"),
    path("organisations/similar/", organisation.likely, name="organisation_similar"),
    path("organisations/bulk/<slug:key>/", bulk.options, {"subject": "organisation"}, name="organisation_bulk"),
    path(
        "organisations/bulk/<slug:key>/confirm/",
        bulk.confirm,
        {"subject": "organisation"},
        name="organisation_bulk_confirm",
    ),
    path("organisations/<int:pk>/", organisation.organisation, name="organisation"),
    path("organisations/<int:pk>/edit/", organisation.edit, name="organisation_edit"),
    path("organisations/<int:pk>/verify/", organisation.verify, name="organisation_verify"),
    path("organisations/<int:pk>/archive/", organisation.archive, name="organisation_archive"),
    path("organisations/<int:pk>/restore/", organisation.restore, name="organisation_restore"),
    path("organisations/<int:pk>/merge/", merge.organisations, name="organisation_merge"),
    path("organisations/<int:pk>/focal-points/new/", relation.focal_point_create, name="focal_point_create"),
    path("organisations/<int:pk>/focal-points/<int:row_pk>/end/", relation.focal_point_end, name="focal_point_end"),
    path("organisations/<int:pk>/experts/new/", relation.expert_create, name="expert_create"),
    path("organisations/<int:pk>/experts/<int:row_pk>/end/", relation.expert_end, name="expert_end"),
]

people = [
    path("people/", PersonListing.as_view(), name="person_list"),
    path("people/new/", person.create, name="person_create"),
    path("people/similar/", person.likely, name="person_similar"),
    path("people/bulk/<slug:key>/", bulk.options, PEOPLE, name="person_bulk"),
    path("people/bulk/<slug:key>/confirm/", bulk.confirm, PEOPLE, name="person_bulk_confirm"),
    path("people/<int:pk>/", person.person, name="person"),
    path("people/<int:pk>/edit/", person.edit, name="person_edit"),
    path("people/<int:pk>/verify/", person.verify, name="person_verify"),
    path("people/<int:pk>/archive/", person.archive, name="person_archive"),
    path("people/<int:pk>/restore/", person.restore, name="person_restore"),
    path("people/<int:pk>/merge/", merge.people, name="person_merge"),
    path("people/<int:pk>/moved/", person.moved, name="person_moved"),
    path("people/<int:pk>/invite/", person.invite, name="person_invite"),
    path("people/<int:pk>/posts/new/", person.post_create, name="post_create"),
    path("people/<int:pk>/posts/<int:post_pk>/edit/", person.post_edit, name="post_edit"),
    path("people/<int:pk>/posts/<int:post_pk>/end/", person.post_end, name="post_end"),
    path("settings/users/<int:pk>/person/", person.user_person, name="user_person"),
]

domains = [
    path("settings/domains/", DomainListing.as_view(), name="domain_list"),
    path("settings/domains/load/", domain.load, name="domain_load"),
    path("settings/domains/<int:pk>/", domain.domain, name="domain"),
    path("settings/domains/<int:pk>/edit/", domain.edit, name="domain_edit"),
    path("settings/domains/schemes/<int:pk>/use/", domain.use, name="domain_scheme_use"),
]

bulk_changes = [
    path("changes/", BulkChangeListing.as_view(), name="bulk_change_list"),
    path("changes/<int:pk>/", bulk.change, name="bulk_change"),
    path("changes/<int:pk>/undo/", bulk.undo, name="bulk_change_undo"),
]

directory = [*organisations, *people, *domains, *bulk_changes]
