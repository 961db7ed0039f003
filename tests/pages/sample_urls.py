"""The project's addresses, and a few pages that exist only in tests."""

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import BooleanField, CharField, ChoiceField, DateField, FileField
from django.http import HttpResponse
from django.shortcuts import render
from django.template import engines
from django.urls import include, path
from django.utils import translation
from django.utils.translation import ngettext_lazy
from django_filters import BooleanFilter, ChoiceFilter, DateFromToRangeFilter, FilterSet, ModelMultipleChoiceFilter

from nso_contacts.access.policy import open_to_all, requires, signed_in
from nso_contacts.office.models import Office
from nso_contacts.pages import charts, timeline
from nso_contacts.pages.confirm import confirm_page
from nso_contacts.pages.form import OfficeForm, OfficeModelForm, form_page, posted
from nso_contacts.pages.listing import Action, Column, Empty, Listing
from nso_contacts.pages.picks import Pick, PickFilter, PickMany
from nso_contacts.pages.widgets import Segments

User = get_user_model()


class ContactForm(OfficeForm):
    """One field of each kind."""

    sections = [("What was said", ("subject", "notes")), ("What is next", ("step", "by"))]
    channel = ChoiceField(label="Channel", choices=[("call", "Call"), ("mail", "E-mail")], widget=Segments)
    subject = CharField(label="What it was about", help_text="One line.")
    notes = CharField(label="Notes", required=False)
    step = ChoiceField(label="Next step", choices=[("", "None"), ("we", "We owe them")], required=False)
    by = DateField(label="By when", required=False)
    restricted = BooleanField(label="Restricted", required=False)
    paper = FileField(label="Paper", required=False)


class OfficeDetailsForm(OfficeModelForm):
    """A record with a revision."""

    class Meta:
        model = Office
        fields = ["name", "short_name", "country", "opens", "languages"]


class TeamForm(OfficeForm):
    """Choosing records."""

    lead = Pick("colleague", label="Lead")
    deputy = Pick("colleague", label="Deputy", required=False)
    members = PickMany("colleague", label="Members", required=False)
    name = CharField(label="Name of the team")


class PeopleFilter(FilterSet):
    """One filter of each kind."""

    colleague = PickFilter("colleague", method="only", label="Colleague")

    role = ModelMultipleChoiceFilter(field_name="groups", label="Role", queryset=Group.objects.order_by("name"))
    is_active = BooleanFilter(label="May sign in")
    created = DateFromToRangeFilter(field_name="created_at", label="Created")
    theme = ChoiceFilter(label="Appearance", choices=User.Theme)

    def only(self, queryset, name, colleague):
        """Keep one."""
        return queryset.filter(pk=colleague.pk)


class PeopleListing(Listing):
    """Logins, for those who manage users."""

    title = "People"
    policy = ("manage_users",)
    queryset = User.objects.prefetch_related("groups")
    columns = [
        Column("name", "Name", link=True),
        Column("email", "E-mail"),
        Column("theme", "Appearance"),
        Column("roles", "Roles", value=lambda user: [str(group) for group in user.groups.all()]),
        Column("is_active", "May sign in", order=("is_active", "name")),
        Column("language", "Language", order=()),
        Column("pk", "Number", numeric=True, only="export"),
    ]
    filters = PeopleFilter
    usual_filters = ("role", "theme")
    search = ("name", "email")
    default_sort = "name"
    page_size = 10
    noun = ngettext_lazy("%(shown)s person", "%(shown)s people", "n")
    empty = Empty("people", "No people yet", "Invite the first one.", "pages:keys", "Invite somebody")
    actions = [Action("Log one contact with all", "pages:search", "journal-plus")]


@requires("manage_users")
def chosen(request):
    return HttpResponse(", ".join(PeopleListing.chosen(request).order_by("name").values_list("name", flat=True)))


@signed_in(because="a test")
def shell(request):
    return render(request, "base.html", {"title": "A page", "crumbs": [("People", "/people/")]})


@open_to_all(because="a test")
def portal(request):
    with translation.override(request.GET.get("lang", "en")):
        return render(request, "portal_base.html", {"title": "Your work with the statistics office"})


COMPONENTS = """
{% extends "base.html" %}{% load pages i18n %}
{% block title %}Components{% endblock %}
{% block heading %}Components{% endblock %}
{% block content %}
<div class="stats">
{% include "parts/stat.html" with title="Satisfied" value="80%" base="61 of 76" low=74.8 high=84.8 point=80.3 only %}
{% include "parts/stat.html" with title="Suppressed" suppressed=True only %}
</div>
<div class="half">{% for figure in figures %}{% include "parts/figure.html" with figure=figure only %}{% endfor %}</div>
{% include "parts/note.html" with text="Two organisations share it." url="/" link="Compare them" only %}
{% include "parts/note.html" with kind="late" text="Two messages bounced." only %}
{% include "parts/empty.html" with icon="easel" title="No workshops yet" url="/" verb="Plan one" only %}
<p>{% status "ok" "On track" "check-circle" %} {% status "late" "Overdue" "exclamation-triangle-fill" box=True %}</p>
{% include "parts/timeline.html" with timeline=timeline %}
{% endblock %}
""".strip()


def figures():
    dots = [
        charts.Dot("Central bank and agencies", 86.7, 74.6, 93.5),
        charts.Dot("Researchers", 81.8, 67.0, 90.9),
        charts.Dot("Media", None),
        charts.Dot("وسائل الإعلام", 55, 40, 70),
    ]
    steps = [("Invited", 64), ("Delivered", 62), ("Replied", 52), ("Accepted", 45), ("Attended", 41)]
    years = [(2021, 70, 66, 74), (2022, 74, 70, 78), (2023, None, None, None), (2024, 75, 71, 79), (2025, 77, 73, 81)]
    rows = [
        ["Researchers", charts.Cell("62", url="/"), charts.Cell("79.0", strong=True)],
        ["Media", charts.Cell("c", suppressed=True), charts.Cell("c", suppressed=True)],
    ]
    table = {
        "head": ["Segment", "Answers", "Satisfied, %"],
        "rows": rows,
        "total": ["All", 76, "80.3"],
    }
    return [
        charts.Figure(
            "seg",
            "Four in five are satisfied",
            chart=charts.interval_dots(dots, sentence="Dot chart of four segments", minimum=30, reference=80.3),
            kicker="Figure 1",
            source="Survey.",
            unit="Per cent (axis from 30)",
            open=True,
            **table,
        ),
        charts.Figure(
            "funnel",
            "Two in three came",
            chart=charts.bars(
                [charts.Bar(label, n, f"{n} ({n / 64:.0%})") for label, n in steps], sentence="Bar chart: invited 64"
            ),
            **table,
        ),
        charts.Figure(
            "years",
            "Satisfaction rises",
            chart=charts.line(
                [charts.Point(*year, short=f"’{year[0] - 2000}") for year in years],
                sentence="Line from 70 in 2021 to 77 in 2025",
                name="All users",
                minimum=50,
                step=10,
                compare=[60, 61, 62, 63, 66],
                compare_name="Europe",
            ),
            **table,
        ),
        charts.Figure("plain", "A table alone", **table),
    ]


@signed_in(because="a test")
def components(request):
    found = timeline.timeline(request, "office", None, size=3)
    template = engines["django"].from_string(COMPONENTS)
    return HttpResponse(template.render({"figures": figures(), "timeline": found}, request))


@requires("log_interactions")
def contact(request):
    form = ContactForm(posted(request), user=request.user)

    def save(form):
        if form.cleaned_data["subject"] == "refuse":
            raise ValidationError({"subject": "Say it in other words"})
        return f"/sample/?said={form.cleaned_data['subject']}"

    return form_page(
        request,
        form,
        save=save,
        title="Log a contact",
        verb="Save contact",
        cancel="/",
        done="Saved.",
        kept="sample.contact",
    )


@requires("change_office")
def details(request):
    form = OfficeDetailsForm(posted(request), instance=Office.objects.get(), user=request.user)

    def save(form):
        form.save()
        return "/sample/"

    return form_page(request, form, save=save, title="The office")


@requires("log_interactions")
def team(request):
    initial = {"deputy": request.GET.get("deputy")}
    form = TeamForm(posted(request), user=request.user, initial=initial)

    def save(form):
        said = form.cleaned_data
        messages.success(
            request, f"{said['name']}: {said['lead']}, {said['deputy']}, {' and '.join(map(str, said['members']))}"
        )
        return "/sample/"

    return form_page(request, form, save=save, title="A team", verb="Save team")


@signed_in(because="a test")
def history(request):
    found = timeline.timeline(request, "office", None, size=3)
    return render(request, "parts/timeline.html", {"timeline": found})


@requires("change_office")
def close(request):
    def action():
        if Office.objects.filter(country="Elsewhere").exists():
            raise ValidationError("It is elsewhere.")
        Office.objects.update(country="Closed")
        return "/sample/"

    consequences = ["2 people lose their post."]
    return confirm_page(
        request, title="Close it?", consequences=consequences, action=action, verb="Close the office", danger=True
    )


@open_to_all(because="a test")
def broken(request):
    raise RuntimeError("broken on purpose")


@open_to_all(because="a test")
def forbidden(request):
    raise PermissionDenied


urlpatterns = [
    path("sample/", shell),
    path("sample/portal/", portal),
    path("sample/components/", components),
    path("sample/contact/", contact),
    path("sample/details/", details),
    path("sample/close/", close),
    path("sample/people/", PeopleListing.as_view()),
    path("sample/people/chosen/", chosen),
    path("sample/team/", team),
    path("sample/history/", history),
    path("sample/broken/", broken),
    path("sample/forbidden/", forbidden),
    path("", include("nso_contacts.urls")),
]
handler403 = "nso_contacts.pages.errors.forbidden"
handler404 = "nso_contacts.pages.errors.not_found"
handler500 = "nso_contacts.pages.errors.server_error"
