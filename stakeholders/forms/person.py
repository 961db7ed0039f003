"""The forms of a person: who they are, their posts, a move, an invitation to the portal."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from nso_contacts.accounts.models import User
from nso_contacts.office import clock
from nso_contacts.pages.form import OfficeForm
from nso_contacts.pages.picks import Pick, PickMany

from ..models import ContactRole, Objection, Person, Post
from .directory import DirectoryForm
from .rows import AddressRowsMixin, RowKind

NAMES = RowKind("names", _("Other spellings and former names"), "name", ("name", "language"))


class PersonForm(AddressRowsMixin, DirectoryForm):
    """What the office knows of somebody; for somebody new also the post they hold."""

    sections = [
        (_("Name"), ("name", "native_name", "native_language")),
        (_("Post"), ("organisation", "title", "since")),
        (_("What they do with statistics"), ("roles", "is_key_user", "domains")),
        (_("How we keep in touch"), ("owner", "cadence_days", "language", "phone", "mobile")),
        (_("What they agreed to"), ("do_not_contact", "objections", "lawful_basis", "informed_on")),
        (_("More"), ("honorific", "sort_name", "code", "verified_on", "deceased_on", "note")),
    ]
    order = (
        _("Name"),
        _("Post"),
        "emails",
        _("What they do with statistics"),
        _("How we keep in touch"),
        _("What they agreed to"),
        "names",
        _("More"),
    )
    row_kinds = (NAMES, AddressRowsMixin.emails)
    beside = {
        "person_code_unique": "code",
        "person_has_a_name": "name",
        "person_cadence_positive": "cadence_days",
        "person_roles_are_known": "roles",
        "person_objections_are_known": "objections",
    }

    roles = forms.MultipleChoiceField(
        label=_("Contact roles"), choices=ContactRole.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    objections = forms.MultipleChoiceField(
        label=_("Objects to"),
        choices=Objection.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Receipts and answers to their own requests are always sent."),
    )
    language = forms.ChoiceField(label=_("Language for messages"), required=False)
    domains = PickMany("domain", label=_("Statistical domains"), required=False)
    owner = Pick("user", label=_("Owner at the office"), required=False)
    organisation = Pick("organisation", label=_("Organisation"), required=False)
    title = forms.CharField(label=_("Title"), max_length=200, required=False)
    since = forms.DateField(label=_("In this post since"), required=False)

    class Meta:
        model = Person
        fields = [
            "name",
            "native_name",
            "native_language",
            "honorific",
            "sort_name",
            "roles",
            "is_key_user",
            "domains",
            "owner",
            "cadence_days",
            "language",
            "phone",
            "mobile",
            "do_not_contact",
            "objections",
            "lawful_basis",
            "informed_on",
            "code",
            "verified_on",
            "deceased_on",
            "note",
        ]
        widgets = {"note": forms.Textarea({"rows": 3})}
        help_texts = {
            "sort_name": _("Leave empty for “Haddad, Amina”."),
            "native_language": _("For example ar."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("Not known")), *settings.LANGUAGES]
        if self.instance.pk is not None:
            for name in ("organisation", "title", "since"):
                del self.fields[name]

    def clean(self):
        found = super().clean()
        self.refuse_doubles(NAMES, ["name"])
        says_post = found.get("title") or found.get("since")
        if says_post and not found.get("organisation") and "organisation" not in self.errors:
            self.add_error("organisation", _("Choose the organisation of this post."))
        return found

    def _save_m2m(self):
        """The action links the domains."""

    @property
    def details(self):
        """The rows and domains, as the actions take them."""
        found = {
            "names": self.cleaned_rows(NAMES),
            "emails": self.cleaned_rows(self.emails),
            "domains": self.cleaned_data["domains"],
        }
        if self.cleaned_data.get("organisation"):
            found["post"] = Post(
                organisation=self.cleaned_data["organisation"],
                title=self.cleaned_data["title"],
                valid_from=self.cleaned_data["since"],
            )
        return found


class PostForm(DirectoryForm):
    """A post of somebody."""

    beside = {"post_ends_after_start": "valid_to", "post_one_primary": "is_primary"}

    organisation = Pick("organisation", label=_("Organisation"))

    class Meta:
        model = Post
        fields = ["organisation", "title", "valid_from", "valid_to", "is_primary"]

    def _get_validation_exclusions(self):
        """Another main post gives way in the action; the database still holds the rule."""
        return super()._get_validation_exclusions() | {"is_primary"}


class LastDayForm(OfficeForm):
    """The last day of something."""

    on = forms.DateField(label=_("Last day"))
    reason = forms.CharField(label=_("Why"), max_length=200, required=False)


ANOTHER, UNKNOWN = "another", "unknown"


class MoveForm(OfficeForm):
    """Somebody has moved post: what ends, where to, who follows."""

    where = forms.ChoiceField(
        label=_("New post"),
        choices=[
            (ANOTHER, _("Another post here or elsewhere: you give organisation and title")),
            (UNKNOWN, _("Left, not known where to: stays in the directory without a post")),
        ],
        widget=forms.RadioSelect,
        initial=ANOTHER,
    )
    post = forms.ModelChoiceField(label=_("Post that ends"), queryset=Post.objects.none(), empty_label=None)
    last_day = forms.DateField(label=_("Last day in this post"))
    organisation = Pick(
        "organisation",
        label=_("Organisation"),
        error_messages={"required": _("Choose the organisation of the new post.")},
    )
    title = forms.CharField(label=_("Title"), max_length=200, required=False)
    first_day = forms.DateField(
        label=_("First day"), error_messages={"required": _("Enter the first day in the new post.")}
    )
    email = forms.EmailField(label=_("New e-mail address"), required=False)

    def __init__(self, *args, person, **kwargs):
        self.person = person
        # Before the form is made, so that the successors are fields like all others.
        self.base_fields = dict(self.base_fields)
        for focal_point in self.focal_points:
            self.base_fields[f"successor_{focal_point.pk}"] = Pick(
                "person",
                label=_("Successor as focal point for %(domain)s") % {"domain": focal_point.domain},
                required=False,
                help_text=_("Leave empty and a task asks you again on the first working day after."),
            )
        super().__init__(*args, **kwargs)
        if self.is_bound and self.data.get("where") == UNKNOWN:
            self.fields["organisation"].required = self.fields["first_day"].required = False
        held = person.posts.current().select_related("organisation")
        self.fields["post"].queryset = held
        self.fields["post"].initial = held.order_by("-is_primary", "pk").first()
        if held.count() == 1:
            self.fields["post"].widget = forms.HiddenInput()
        self.fields["last_day"].initial = clock.today() - timedelta(days=1)
        self.fields["first_day"].initial = clock.today()

    @cached_property
    def focal_points(self):
        """What somebody may have to follow them in."""
        return list(
            self.person.focal_points.not_ended(clock.today()).select_related("domain", "organisation").order_by("pk")
        )

    @property
    def sections(self):
        """The three steps of the page."""
        follow = tuple(f"successor_{focal_point.pk}" for focal_point in self.focal_points)
        return [
            (_("1. The post that ends"), ("post", "last_day")),
            (_("2. Where to"), ("where", "organisation", "title", "first_day", "email")),
            (_("3. Who follows"), follow),
        ]

    def clean(self):
        found = super().clean()
        post, last_day, first_day = found.get("post"), found.get("last_day"), found.get("first_day")
        if post and last_day and post.valid_from and last_day < post.valid_from:
            self.add_error("last_day", _("The post begins after that day."))
        if found.get("where") == ANOTHER and first_day and last_day and first_day <= last_day:
            self.add_error("first_day", _("Enter a day after the last day in the old post."))
        return found

    @property
    def likely_last_day(self):
        """The last day the form proposes, for the page before it is sent."""
        return self.fields["last_day"].initial

    @property
    def new_post(self):
        """The post somebody moves to, not saved; None when it is not known."""
        if self.cleaned_data["where"] == UNKNOWN:
            return None
        return Post(
            organisation=self.cleaned_data["organisation"],
            title=self.cleaned_data["title"],
            valid_from=self.cleaned_data["first_day"],
        )

    @property
    def successors(self):
        """Who follows, by focal point."""
        return {row.pk: self.cleaned_data.get(f"successor_{row.pk}") for row in self.focal_points}


class InviteForm(OfficeForm):
    """The address with which somebody will sign in to the portal."""

    email = forms.EmailField(label=_("E-mail address to sign in with"))

    def clean_email(self):
        address = self.cleaned_data["email"]
        if User.objects.filter(email__iexact=address).exists():
            raise ValidationError(_("Somebody already signs in with this address."))
        return address


class LoginForm(OfficeForm):
    """Whose login this is."""

    person = Pick("person", label=_("Person"), required=False)
