"""Data of the stakeholders app, one noun per file."""

from .bulk import BulkChange
from .cadence import MovedDue
from .committee import Committee, CommitteeDomain, CommitteeSeat, SeatHolder
from .domain import DomainCorrespondence, DomainScheme, StatisticalDomain
from .group import GroupDomain, UserGroup, UserGroupMembership
from .interaction import (
    Interaction,
    InteractionDomain,
    InteractionFile,
    InteractionGroup,
    InteractionProduct,
    Participant,
    Task,
)
from .organisation import AddressState, Organisation, OrganisationEmail, OrganisationName, UserSegment
from .person import (
    ContactRole,
    LawfulBasis,
    Objection,
    Person,
    PersonDomain,
    PersonEmail,
    PersonName,
    Post,
)
from .product import DataItem, Product, ProductDomain, ProductKeyUserGroup
from .relation import ExpertAssignment, FocalPoint

__all__ = [
    "AddressState",
    "BulkChange",
    "Committee",
    "CommitteeDomain",
    "CommitteeSeat",
    "ContactRole",
    "DataItem",
    "DomainCorrespondence",
    "DomainScheme",
    "ExpertAssignment",
    "FocalPoint",
    "GroupDomain",
    "Interaction",
    "InteractionDomain",
    "InteractionFile",
    "InteractionGroup",
    "InteractionProduct",
    "LawfulBasis",
    "MovedDue",
    "Objection",
    "Organisation",
    "OrganisationEmail",
    "OrganisationName",
    "Participant",
    "Person",
    "PersonDomain",
    "PersonEmail",
    "PersonName",
    "Post",
    "Product",
    "ProductDomain",
    "ProductKeyUserGroup",
    "SeatHolder",
    "StatisticalDomain",
    "Task",
    "UserGroup",
    "UserGroupMembership",
    "UserSegment",
]
