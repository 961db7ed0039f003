"""Forms about workshops."""

import zoneinfo

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _
from i18nfield.strings import LazyI18nString

from nso_contacts.accounts.forms import zone_choices
from nso_contacts.office.models import Office
from nso_contacts.pages.form import OfficeForm, OfficeModelForm
from nso_contacts.pages.picks import Pick, PickMany
from nso_contacts.pages.widgets import ClockTime, Segments

from . import schedule
from .actions.event import Moment
from .actions.invitation import Answer
from .actions.people import NewColleague
from .models import Attendance, Event, Invitation, Session


def language_choices():
    """The office's languages, each by its own name."""
    offered = Office.objects.current().languages
    return [
        (code, get_language_info(code)["name_local"].capitalize())
        for code, _name in settings.LANGUAGES
        if code in offered
    ]


def texts(value):
    """The text of each language of an I18n value."""
    data = value.data if isinstance(value, LazyI18nString) else value
    if isinstance(data, dict):
        return data
    return {Office.objects.current().first_language: data} if data else {}


def in_language(label, language):
    """The label of a text in one of several languages."""
    return _("%(what)s in %(language)s") % {"what": label, "language": language}


class TextInLanguages:
    """A text with one field for each language of the office, called `title_en`, `title_fr` and so on."""

    def __init__(self, name, widget=forms.TextInput, **attrs):
        self.name, self.widget, self.attrs = name, widget, attrs

    def fields(self, label, *, required, help_text="", max_length=None):
        """The fields by name; only the office's first language is required."""
        found = {}
        languages = language_choices()
        for number, (code, language) in enumerate(languages):
            is_first = number == 0
            attrs = {**self.attrs, "lang": code}
            if get_language_info(code)["bidi"]:
                attrs["dir"] = "rtl"
            found[f"{self.name}_{code}"] = forms.CharField(
                label=label
                if len(languages) == 1
                else _("%(what)s in %(language)s") % {"what": label, "language": language},
                required=required and is_first,
                max_length=max_length,
                help_text=help_text if is_first else "",
                widget=self.widget(attrs=attrs),
            )
        return found

    def initial(self, value):
        """What the fields say for a stored value."""
        return {f"{self.name}_{code}": text for code, text in texts(value).items()}

    def read(self, cleaned):
        """The value of the sent fields."""
        prefix = f"{self.name}_"
        return LazyI18nString(
            {name.removeprefix(prefix): text for name, text in cleaned.items() if name.startswith(prefix) and text}
        )


TITLE = TextInLanguages("title")
OBJECTIVES = TextInLanguages("objectives", forms.Textarea, rows=2)
OUTCOMES = TextInLanguages("outcomes", forms.Textarea, rows=8)


class MomentFields(forms.Form):
    """Day and hours on the clock of a place; `moment` is what they mean."""

    day = forms.DateField(label=_("Day"))
    begins = forms.TimeField(label=_("From"))
    ends = forms.TimeField(label=_("To"))
    last_day = forms.DateField(label=_("Last day"), required=False, help_text=_("Only if it takes more than one day."))
    time_zone = forms.ChoiceField(label=_("Time zone"))

    def offer_zones(self, current):
        """Offer every zone of the list, and the stored one if the list has lost it."""
        choices = zone_choices()
        missing = current and current not in dict(choices)
        self.fields["time_zone"].choices = [(current, current), *choices] if missing else choices

    @staticmethod
    def written(event):
        """What the fields say for a planned event."""
        last = event.local_end.date()
        return {
            "day": event.day,
            "begins": event.local_start.time(),
            "ends": event.local_end.time(),
            "last_day": last if last != event.day else None,
            "time_zone": event.time_zone,
        }

    def read_moment(self, data):
        """The moment that was entered, or None with the errors beside the fields."""
        if not {"day", "begins", "ends", "time_zone"} <= data.keys():
            return None
        zone = zoneinfo.ZoneInfo(data["time_zone"])
        start = self._instant("begins", data["day"], data["begins"], zone)
        end = self._instant("ends", data.get("last_day") or data["day"], data["ends"], zone)
        if start is None or end is None:
            return None
        if end <= start:
            self.add_error("ends", _("The end must be after the start."))
            return None
        return Moment(start, end, data["time_zone"])

    def _instant(self, name, day, clock, zone):
        try:
            return schedule.instant(day, clock, zone)
        except schedule.NoSuchTime:
            self.add_error(name, _("Clocks are put forward past this time on that day. Enter another one."))
            return None


class EventFields(MomentFields, forms.ModelForm):
    """The fields of an event that are made while the form is: those of each language, and their first values."""

    def __init__(self, *args, instance=None, initial=None, **kwargs):
        given = self.first_values(instance) | (initial or {})
        super().__init__(*args, instance=instance, initial=given, **kwargs)
        self.fields |= TITLE.fields(_("Title"), required=True, max_length=200)
        self.fields |= OBJECTIVES.fields(_("What users should take from it"), required=False)
        self.fields["languages"] = forms.MultipleChoiceField(
            label=_("Languages"), choices=language_choices(), widget=forms.CheckboxSelectMultiple
        )
        self.fields["reply_by"].required = False
        self.offer_zones(given["time_zone"])

    @staticmethod
    def first_values(instance):
        """What the fields say when the form is opened."""
        office = Office.objects.current()
        if instance is None or instance.pk is None:
            return {"time_zone": office.time_zone, "languages": office.languages, "begins": "09:30", "ends": "12:30"}
        return {
            **MomentFields.written(instance),
            **TITLE.initial(instance.title),
            **OBJECTIVES.initial(instance.objectives),
            "domains": list(instance.domains.all()),
            "products": list(instance.products.all()),
            "languages": instance.languages,
        }


class EventForm(OfficeModelForm, EventFields):
    """What a workshop is about, when and where it takes place, and how it is run."""

    domains = PickMany("domain", label=_("Statistical domains"), required=False)
    products = PickMany("product", label=_("Products on the agenda"), required=False)
    link = forms.URLField(
        label=_("Link"),
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text=_("Where people join online. They get it one day before."),
    )
    organiser = Pick("user", label=_("Organiser"), help_text=_("Signs the messages and gets the answers to them."))
    facilitator = Pick("user", label=_("Facilitator"), required=False)

    class Meta:
        model = Event
        fields = [
            "room",
            "address",
            "capacity_room",
            "link",
            "capacity_online",
            "reply_by",
            "organiser",
            "facilitator",
            "survey_wanted",
        ]
        help_texts = {
            "room": _("Fill in the room, the link, or both."),
            "reply_by": _("Leave empty for two weeks before, or nearer if that has passed."),
        }

    # How wide each field is drawn.
    narrow = ("begins", "ends")
    third = ("day", "capacity_room", "capacity_online")
    half = ("last_day", "time_zone", "organiser", "facilitator")
    two_thirds = ("room", "link")

    @property
    def sections(self):
        """The form in three parts."""
        named = [name for name in self.fields if name.startswith(("title_", "objectives_"))]
        return [
            (_("What it is about"), (*named, "domains", "products")),
            (_("When and where"), WHEN_AND_WHERE),
            (_("How it is run"), ("languages", "reply_by", "organiser", "facilitator", "survey_wanted")),
        ]

    def clean(self):
        cleaned = super().clean()
        moment = self.read_moment(cleaned)
        if moment:
            self.instance.start, self.instance.end = moment.start, moment.end
            self.instance.time_zone = moment.time_zone
            self._clean_reply_by(cleaned)
        self.instance.title = TITLE.read(cleaned)
        self.instance.objectives = OBJECTIVES.read(cleaned)
        self.instance.languages = cleaned.get("languages", [])
        self._clean_places(cleaned)
        return cleaned

    def _clean_reply_by(self, cleaned):
        if cleaned.get("reply_by") and cleaned["reply_by"] > cleaned["day"]:
            self.add_error("reply_by", _("“Reply by” cannot be after the day it begins."))

    def _clean_places(self, cleaned):
        for places, needs, message in (
            ("capacity_room", "room", _("Enter the room these places are in.")),
            ("capacity_online", "link", _("Enter the link these places are for.")),
        ):
            if cleaned.get(places) and not cleaned.get(needs) and needs not in self.errors:
                self.add_error(needs, message)

    @property
    def subjects(self):
        """What the action links the event to."""
        return {"domains": self.cleaned_data["domains"], "products": self.cleaned_data["products"]}


WHEN_AND_WHERE = (
    "day",
    "begins",
    "ends",
    "last_day",
    "time_zone",
    "room",
    "capacity_room",
    "address",
    "link",
    "capacity_online",
)


class NewDayForm(OfficeForm, MomentFields):
    """Another day for an event: everybody is asked again."""

    reply_by = forms.DateField(
        label=_("Reply by"),
        required=False,
        help_text=_("Leave empty for two weeks before, or nearer if that has passed."),
    )
    reason = forms.CharField(label=_("Why"), required=False, max_length=500, help_text=_("Everybody invited reads it."))

    def __init__(self, *args, event, **kwargs):
        super().__init__(*args, initial=self.written(event), **kwargs)
        self.offer_zones(event.time_zone)

    def clean(self):
        cleaned = super().clean()
        self.moment = self.read_moment(cleaned)
        return cleaned


class ReasonForm(OfficeForm):
    """Why an event is put off or called off."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everybody invited reads it."),
    )


class SessionForm(forms.Form):
    """One line of the programme."""

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    starts = forms.TimeField(label=_("From"), required=False, widget=ClockTime)
    speaker = forms.CharField(label=_("Who"), required=False, max_length=200)
    # Asked for meetings only.
    purpose = forms.ChoiceField(
        label=_("For"), required=False, choices=[("", _("Nothing in particular")), *Session.Purpose.choices]
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields |= TITLE.fields(_("What it is about"), required=False, max_length=200)

    @property
    def titles(self):
        """The fields of the title, one for each language."""
        return [self[name] for name in self.fields if name.startswith("title_")]

    def clean(self):
        cleaned = super().clean()
        if not TITLE.read(cleaned) and (cleaned.get("starts") or cleaned.get("speaker")):
            self.add_error(self.titles[0].name, _("Say what this part of the programme is about."))
        return cleaned


SessionFormSet = forms.formset_factory(SessionForm, extra=3, max_num=60, absolute_max=60)


def session_forms(event, data=None):
    """The programme of an event as lines to edit, with a few empty ones."""
    initial = [
        {
            "pk": session.pk,
            "starts": session.starts,
            "speaker": session.speaker,
            "purpose": session.purpose,
            **TITLE.initial(session.title),
        }
        for session in event.sessions.all()
    ]
    return SessionFormSet(data, initial=initial, prefix="s")


def sessions(event, formset):
    """The sessions of a valid programme; a line whose title was emptied is left out."""
    known = {session.pk: session for session in event.sessions.all()}
    found = []
    for form in formset:
        data = form.cleaned_data
        title = TITLE.read(data)
        if title:
            session = known.get(data.get("pk")) or Session(event=event)
            session.title, session.starts, session.speaker = title, data.get("starts"), data.get("speaker", "")
            session.purpose = data.get("purpose", "")
            found.append(session)
    return found


class OutcomesFields(forms.ModelForm):
    """The outcomes in each language."""

    def __init__(self, *args, instance, **kwargs):
        super().__init__(*args, instance=instance, initial=OUTCOMES.initial(instance.outcomes), **kwargs)
        self.fields |= OUTCOMES.fields(_("What came of it"), required=True)


class OutcomesForm(OfficeModelForm, OutcomesFields):
    """What came of an event, for everybody who was invited."""

    class Meta:
        model = Event
        fields = []

    def clean(self):
        cleaned = super().clean()
        self.instance.outcomes = OUTCOMES.read(cleaned)
        return cleaned


class ReplyForm(OfficeForm):
    """The answer to an invitation, given by the guest or written down by a colleague."""

    REPLIES = {
        "accept": Invitation.Reply.ACCEPTED,
        "maybe": Invitation.Reply.TENTATIVE,
        "decline": Invitation.Reply.DECLINED,
        "delegate": Invitation.Reply.DELEGATED,
    }

    reply = forms.ChoiceField(label=_("Will you attend?"), widget=forms.RadioSelect)
    joins = forms.ChoiceField(
        label=_("How do you join?"), choices=Invitation.Joins.choices, widget=Segments, required=False
    )
    interpretation = forms.ChoiceField(label=_("Interpretation"), required=False)
    needs = forms.CharField(
        label=_("Anything you need to take part?"),
        required=False,
        max_length=300,
        help_text=_("For example captions, large print or a meal without meat."),
    )

    def __init__(self, *args, invitation, chosen="", **kwargs):
        self.invitation, self.event = invitation, invitation.event
        super().__init__(*args, initial=self._initial(chosen), **kwargs)
        self.fields["reply"].choices = [
            ("accept", _("Yes, I will attend")),
            ("maybe", _("Maybe")),
            ("decline", _("No")),
            ("delegate", _("A colleague will attend instead")),
        ]
        if self.event.mode != Event.Mode.HYBRID:
            del self.fields["joins"]
        languages = [(code, name) for code, name in language_names(self.event.languages)]
        if len(languages) < 2:
            del self.fields["interpretation"]
        else:
            self.fields["interpretation"].choices = [("", _("None needed")), *languages]

    def _initial(self, chosen):
        invitation = self.invitation
        present = {reply: word for word, reply in self.REPLIES.items()}.get(invitation.reply, "")
        return {
            "reply": chosen if chosen in self.REPLIES else present,
            "joins": invitation.joins,
            "interpretation": invitation.interpretation,
            "needs": invitation.needs,
        }

    def clean(self):
        cleaned = super().clean()
        comes = cleaned.get("reply") in ("accept", "maybe")
        if comes and "joins" in self.fields and not cleaned.get("joins") and "joins" not in self.errors:
            self.add_error("joins", _("Say whether you join in the room or online."))
        return cleaned

    @property
    def names_colleague(self):
        """Whether a colleague is to be named, which is a step of its own."""
        return self.cleaned_data["reply"] == "delegate"

    def answer(self, colleague=None):
        """The answer as the action takes it."""
        data = self.cleaned_data
        return Answer(
            reply=self.REPLIES[data["reply"]],
            joins=data.get("joins", ""),
            interpretation=data.get("interpretation", ""),
            needs=data.get("needs", ""),
            colleague=colleague,
        )


class ColleagueForm(OfficeForm):
    """The colleague who comes instead."""

    reply = forms.CharField(widget=forms.HiddenInput, initial="delegate", required=False)
    colleague_name = forms.CharField(label=_("Name of your colleague"), max_length=200)
    colleague_email = forms.EmailField(
        label=_("E-mail address of your colleague"), help_text=_("We send the invitation there.")
    )
    colleague_position = forms.CharField(label=_("Position"), max_length=200, required=False)

    def colleague(self):
        """Who was named."""
        data = self.cleaned_data
        return NewColleague(data["colleague_name"], data["colleague_email"], data["colleague_position"])


PRESENCE = [
    (Attendance.State.PRESENT_IN_PERSON, _("In the room")),
    (Attendance.State.PRESENT_ONLINE, _("Online")),
]


class WalkInForm(OfficeForm):
    """Somebody who came without an invitation: in the directory already, or new."""

    person = Pick("person", label=_("Person in the directory"), required=False)
    name = forms.CharField(label=_("Or a new person: name"), max_length=200, required=False)
    email = forms.EmailField(label=_("E-mail address"), required=False)
    organisation = Pick("organisation", label=_("Organisation"), required=False)
    position = forms.CharField(label=_("Position"), max_length=200, required=False)
    state = forms.ChoiceField(label=_("Where"), choices=PRESENCE, widget=Segments, initial=PRESENCE[0][0])

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("person") and not cleaned.get("name") and not {"person", "name"} & self.errors.keys():
            self.add_error("person", _("Choose a person, or enter the name of a new one."))
        if cleaned.get("person") and cleaned.get("name"):
            self.add_error("name", _("Leave this empty if you choose a person of the directory."))
        return cleaned

    def newcomer(self):
        """The new person that was entered."""
        data = self.cleaned_data
        return NewColleague(data["name"], data["email"], data["position"], data["organisation"])


class SendForm(OfficeForm):
    """When the invitations go out."""

    when = forms.ChoiceField(
        label=_("When"),
        choices=[("now", _("Now")), ("planned", _("On the planned day"))],
        initial="now",
        widget=forms.RadioSelect,
    )


def language_names(codes):
    """Languages by their own names."""
    return [(code, get_language_info(code)["name_local"].capitalize()) for code in codes]
