"""What user groups, committees and products show on shared pages: the side bar, search, choices, histories."""

from django.utils.translation import gettext_lazy as _

from nso_contacts.audit import history
from nso_contacts.audit.history import Child
from nso_contacts.pages import navigation, picks, search

from .models import (
    Committee,
    CommitteeDomain,
    CommitteeSeat,
    DataItem,
    GroupDomain,
    Product,
    ProductDomain,
    ProductKeyUserGroup,
    SeatHolder,
    UserGroup,
    UserGroupMembership,
)


def register() -> None:
    """Tell the shared pages about groups, committees and products."""
    groups()
    committees()
    products()


def groups() -> None:
    """User groups."""
    navigation.register(
        navigation.NavItem(
            "directory", _("User groups"), "stakeholders:group_list", "diagram-3", capability="view_directory", order=30
        )
    )
    search.register(
        search.SearchSource(
            "group",
            _("User groups"),
            "diagram-3",
            lambda user: UserGroup.objects.visible_to(user).active().order_by("name"),
            order=30,
            fields=("name",),
            capability="view_directory",
            archived=lambda user: UserGroup.objects.visible_to(user).exclude(archived_at=None),
            list_url_name="stakeholders:group_list",
        )
    )
    history.register(
        "group",
        UserGroup,
        "view_directory",
        children=[Child(UserGroupMembership, "group"), Child(GroupDomain, "usergroup")],
    )


def committees() -> None:
    """Committees."""
    navigation.register(
        navigation.NavItem(
            "directory", _("Committees"), "stakeholders:committee_list", "bank", capability="view_directory", order=40
        )
    )
    picks.register(
        picks.PickSource(
            "committee",
            _("Committee"),
            lambda user: Committee.objects.visible_to(user).active(),
            detail=lambda committee: committee.get_kind_display(),
            fields=("name",),
            order=("name",),
            capability="view_directory",
        )
    )
    search.register(
        search.SearchSource(
            "committee",
            _("Committees"),
            "bank",
            lambda user: Committee.objects.visible_to(user).active().order_by("name"),
            order=40,
            detail=lambda committee: committee.get_kind_display(),
            fields=("name",),
            capability="view_directory",
            archived=lambda user: Committee.objects.visible_to(user).exclude(archived_at=None),
            list_url_name="stakeholders:committee_list",
        )
    )
    history.register(
        "committee",
        Committee,
        "view_directory",
        children=[
            Child(CommitteeSeat, "committee"),
            Child(SeatHolder, "seat__committee"),
            Child(CommitteeDomain, "committee"),
        ],
    )


def products() -> None:
    """The catalogue."""
    navigation.register(
        navigation.NavItem(
            "service", _("Products"), "stakeholders:product_list", "box-seam", capability="view_directory", order=40
        )
    )
    picks.register(
        picks.PickSource(
            "product",
            _("Product"),
            lambda user: Product.objects.visible_to(user).active(),
            detail=lambda product: product.code,
            fields=("title", "code"),
            order=("title",),
            capability="view_directory",
        )
    )
    search.register(
        search.SearchSource(
            "product",
            _("Products"),
            "box-seam",
            lambda user: Product.objects.visible_to(user).active().order_by("title"),
            order=80,
            detail=lambda product: product.code,
            fields=("title", "code"),
            capability="view_directory",
            archived=lambda user: Product.objects.visible_to(user).filter(status=Product.Status.DISCONTINUED),
            list_url_name="stakeholders:product_list",
        )
    )
    history.register(
        "product",
        Product,
        "view_directory",
        children=[
            Child(DataItem, "product"),
            Child(ProductKeyUserGroup, "product"),
            Child(ProductDomain, "product"),
        ],
    )
