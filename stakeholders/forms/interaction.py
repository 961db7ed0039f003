"""The forms of the contact log: the quick one and the full one."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nso_contacts.accounts.models import User
from nso_contacts.files.forms import UploadManyField
from nso_contacts.office import clock
from nso_contacts.pages.form import OfficeModelForm
from nso_contacts.pages.picks import PickMany
from nso_contacts.pages.widgets import Segments

from .. import due
from ..actions.interaction import Company
from ..models import Interaction, InteractionFile, Person, Post, StatisticalDomain, Task, UserGroup

# The five of the quick form, in the order of the keys 1 to 5.
QUICK_CHANNELS = [
    (Interaction.Channel.MEETING, _("Meeting")),
    (Interaction.Channel.PHONE, _("Call")),
    (Interaction.Channel.EMAIL, _("E-mail")),
    (Interaction.Channel.VIDEO_CONFERENCE, _("Virtual")),
    (Interaction.Channel.SOCIAL_MEDIA, _("Social media")),
]
NO_STEP = "NONE"
NEXT_STEPS = [(NO_STEP, _("None")), *Task.OwedBy.choices]
CANDIDATES = 5
SETTLED_BY_TALKING = {Task.Kind.REPLY, Task.Kind.CALL, Task.Kind.VISIT, Task.Kind.OTHER}


def keepers_of_tasks():
    """Colleagues to whom a task can be given: those who may keep tasks."""
    return User.objects.active().with_role("liaison", "statistician").order_by("name", "email")


class With(PickMany):
    """People of a contact: asked for, but an organisation or a group as a whole will do (the form sees to it)."""

    def validate(self, value):
        """Nothing chosen is judged by the form."""


class ContactForm(OfficeModelForm):
    """What the quick and the full form share: with whom, when, what it settles and what follows."""

    people = With("person", label=_("With"))
    organisations = PickMany("organisation", label=_("Or with an organisation as a whole"), required=False)
    owed_by = forms.ChoiceField(
        label=_("Next step"), choices=NEXT_STEPS, widget=Segments, initial=NO_STEP, required=False
    )
    owed = forms.CharField(label=_("What"), max_length=200, required=False)
    owed_on = forms.DateField(label=_("By when"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.fields["occurred_at"].initial = clock.now().replace(second=0, microsecond=0)

    def clean_owed_by(self):
        step = self.cleaned_data["owed_by"]
        return "" if step == NO_STEP else step

    def clean_occurred_at(self):
        moment = self.cleaned_data["occurred_at"]
        if moment > timezone.now():
            raise ValidationError(_("Enter a time that has passed. What is planned is a task."))
        return moment

    def clean(self):
        found = super().clean()
        if not any(found.get(name) for name in ("people", "organisations", "user_groups")):
            self.add_error("people", _("Choose at least one person or organisation outside the office."))
        if found.get("owed_by"):
            if not found.get("owed"):
                self.add_error("owed", _("Say what is owed, for example “Send the bridging note”."))
            if "owed_on" not in self.errors and not found.get("owed_on"):
                self.add_error("owed_on", _("Enter the day by which it is owed."))
        return found

    @property
    def company(self):
        """Who took part and what it concerned, as the action takes it."""
        given = self.cleaned_data
        return Company(
            people=given["people"],
            organisations=given["organisations"],
            colleagues=given["colleagues"],
            groups=given["user_groups"],
            domains=given["domains"],
            products=given["products"],
        )

    @property
    def follow_up(self):
        """The task that follows, not saved; None without a next step."""
        if not self.cleaned_data.get("owed_by"):
            return None
        return Task(
            owed_by=self.cleaned_data["owed_by"],
            kind=self.cleaned_data.get("owed_kind") or Task.Kind.OTHER,
            title=self.cleaned_data["owed"],
            due_on=self.cleaned_data["owed_on"],
            assignee=self.cleaned_data.get("assignee") or self.user,
        )

    @property
    def settles(self):
        """The tasks ticked as answered by this contact; one that is closed meanwhile is passed over."""
        return Task.objects.editable_by(self.user).filter(pk__in=numbers(self.data.getlist("settles")))


class QuickForm(ContactForm):
    """Logs a contact in seconds: only channel, with and subject are asked for."""

    empty_labels = {"domain": _("No domain")}

    channel = forms.ChoiceField(label=_("Channel"), choices=QUICK_CHANNELS, widget=Segments)
    domain = forms.ModelChoiceField(label=_("Domain"), queryset=StatisticalDomain.objects.none(), required=False)
    user_groups = forms.ModelMultipleChoiceField(
        queryset=UserGroup.objects.none(), widget=forms.MultipleHiddenInput, required=False
    )

    class Meta:
        model = Interaction
        fields = ["channel", "subject", "occurred_at", "minutes", "summary"]
        labels = {"subject": _("What it was about")}
        widgets = {"summary": forms.Textarea({"rows": 2})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["domain"].queryset = StatisticalDomain.objects.current()
        self.fields["user_groups"].queryset = UserGroup.objects.visible_to(self.user).active()

    @property
    def company(self):
        """As of the full form; whoever logs took part."""
        domain = self.cleaned_data.get("domain")
        return Company(
            people=self.cleaned_data["people"],
            organisations=self.cleaned_data["organisations"],
            groups=self.cleaned_data["user_groups"],
            domains=[domain] if domain else (),
            colleagues=Person.objects.filter(user=self.user),
        )


class InteractionForm(ContactForm):
    """Everything there is to say of a contact."""

    sections = [
        (
            _("Who and when"),
            ("channel", "direction", "people", "organisations", "colleagues", "occurred_at", "minutes"),
        ),
        (_("What about"), ("subject", "purpose", "domains", "user_groups", "products", "summary", "outcome")),
        (_("Standing"), ("substantive", "restricted")),
        (_("Attached"), ("web_address", "uploads", "dropped_files")),
        (_("Next step"), ("owed_by", "owed_kind", "owed", "owed_on", "assignee")),
    ]
    empty_labels = {"assignee": _("You")}

    colleagues = PickMany("colleague", label=_("Colleagues who took part"), required=False)
    user_groups = PickMany("group", label=_("User groups"), required=False)
    products = PickMany("product", label=_("Products"), required=False)
    domains = PickMany("domain", label=_("Statistical domains"), required=False)
    web_address = forms.URLField(label=_("Web address"), required=False, assume_scheme="https")
    uploads = UploadManyField(label=_("Files"), required=False)
    dropped_files = forms.ModelMultipleChoiceField(
        label=_("Files to remove"),
        queryset=InteractionFile.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    owed_kind = forms.ChoiceField(label=_("Kind"), choices=Task.Kind.choices, required=False)
    assignee = forms.ModelChoiceField(label=_("Assigned to"), queryset=User.objects.none(), required=False)

    class Meta:
        model = Interaction
        fields = [
            "channel",
            "direction",
            "occurred_at",
            "minutes",
            "subject",
            "purpose",
            "summary",
            "outcome",
            "substantive",
            "restricted",
            "web_address",
        ]
        labels = {"subject": _("What it was about")}
        widgets = {
            "direction": Segments,
            "summary": forms.Textarea({"rows": 4}),
            "outcome": forms.Textarea({"rows": 2}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in ("owed_by", "owed_kind", "owed", "owed_on", "assignee"):
                del self.fields[name]
            self.fields["dropped_files"].queryset = self.instance.files.select_related("file")
        else:
            self.fields["assignee"].queryset = keepers_of_tasks()
            self.fields["assignee"].initial = self.user.pk
        if not self.fields["dropped_files"].queryset.exists():
            del self.fields["dropped_files"]

    def clean(self):
        found = super().clean()
        both = set(found.get("people") or ()) & set(found.get("colleagues") or ())
        if both:
            names = ", ".join(sorted(str(person) for person in both))
            self.add_error(
                "colleagues",
                ValidationError(_("%(names)s cannot take part on both sides."), params={"names": names}),
            )
        return found


def numbers(values):
    """Those of some sent values that can be keys of records."""
    return [int(value) for value in values if value.isdecimal() and len(value) < 19]


def candidates(user, people, organisations, *, ticked=(), offered=()):
    """Open tasks that a contact with these people and organisations could answer, as (task, whether to tick it).

    What a talk can settle and is due is ticked at first, if it is one's own; what was offered before stays as it was
    left.
    """
    people, organisations = list(people), list(organisations)
    theirs = Q(person__in=people) | Q(organisation__in=organisations, person=None)
    at = Post.objects.current().filter(person__in=people).values("organisation")
    theirs |= Q(organisation__in=at, person=None)
    rows = (
        Task.objects.editable_by(user)
        .open()
        .filter(theirs | Q(pk__in=ticked))
        .select_related("person", "organisation", "assignee")
        .order_by("due_on", "pk")
    )
    today = clock.today()
    return [
        (
            task,
            task.pk in ticked
            or (
                task.pk not in offered
                and task.owed_by == Task.OwedBy.US
                and task.assignee_id == user.pk
                and task.due_on <= today
                and task.kind in SETTLED_BY_TALKING
            ),
        )
        for task in rows[:CANDIDATES]
    ]


def rhythms_answered(user, people, organisations, groups=()):
    """Contacts that the rhythm asks for and that are due today or overdue, which a substantive talk answers."""
    people = list(people)
    at = Post.objects.current().filter(person__in=people).values("organisation")
    today = clock.today()
    found = []
    for kind, wanted in (
        ("person", Q(pk__in=people)),
        ("organisation", Q(pk__in=list(organisations)) | Q(pk__in=at)),
        ("group", Q(pk__in=list(groups))),
    ):
        records = (
            due.contacts(kind, user).filter(wanted, next_due_on__lte=today).order_by("next_due_on", "pk")[:CANDIDATES]
        )
        found += [due.Due(kind, record, record.next_due_on, **{kind: record}) for record in records]
    return found


def usual_domain(people, organisations):
    """The domain of the first person, else of the organisation: what they are focal point for or work with."""
    today = clock.today()
    for person in people[:1]:
        focal = person.focal_points.on(today).select_related("domain").first()
        return focal.domain if focal else person.domains.first()
    for organisation in organisations[:1]:
        focal_points = organisation.focal_points.on(today)
        found = StatisticalDomain.objects.filter(focal_points__in=focal_points).distinct()[:2]
        return found[0] if len(found) == 1 else None
    return None
