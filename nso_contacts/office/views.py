"""The office's settings: the page that tells them, and a short form behind each line."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.text import get_text_list
from django.utils.translation import get_language_info, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

from nso_contacts.access.policy import open_to_all, requires
from nso_contacts.access.roles import ROLE_NAMES
from nso_contacts.pages import panels
from nso_contacts.pages.confirm import confirm_page
from nso_contacts.pages.form import form_page, posted

from . import actions, clock, dates, forms, pictures, places
from .models import Holiday, Office, RequestTarget


def office_to_change():
    """The office as it is stored now, apart from the copy that the rest of the request reads."""
    # Without a key a form knows that there is nothing yet that somebody else may have changed.
    return Office.objects.defer("logo").first() or Office(id=None)


# The words of each setting -------------------------------------------------------------------------------------------


def weekdays_in_words(days):
    """“Monday to Friday”, or the days one by one."""
    days = sorted(days)
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return _("%(first)s to %(last)s") % {"first": WEEKDAYS[days[0]], "last": WEEKDAYS[days[-1]]}
    return get_text_list([str(WEEKDAYS[day]) for day in days], _("and"))


def languages_in_words(office):
    """“English (first), français, العربية”."""
    names = [get_language_info(code)["name_local"] for code in office.languages]
    return ", ".join([_("%(language)s (first)") % {"language": names[0]}, *names[1:]])


def zone_in_words(office):
    """“Europe/Paris (UTC+1)”."""
    offset = clock.now().strftime("%z")
    hours, minutes = int(offset[:3]), offset[3:]
    shift = f"UTC{hours:+d}" + (f":{minutes}" if minutes != "00" else "")
    return office.time_zone.replace("_", " ") if office.time_zone == "UTC" else f"{office.time_zone} ({shift})"


def working_days(count):
    """“1 working day”, “5 working days”."""
    return ngettext("%(n)s working day", "%(n)s working days", count) % {"n": count}


def target_in_words(target):
    """“Acknowledge in 1 working day, deliver in 5”."""
    if target.decide:
        return _("Acknowledge in %(first)s, decide or quote in %(decide)s, deliver in %(deliver)s") % {
            "first": working_days(target.acknowledge),
            "decide": target.decide,
            "deliver": target.deliver,
        }
    return _("Acknowledge in %(first)s, deliver in %(deliver)s") % {
        "first": working_days(target.acknowledge),
        "deliver": target.deliver,
    }


def two_step_in_words(office):
    """Of whom a code is required."""
    if not office.two_step_roles:
        return _("A code from an app is offered to everybody, required of nobody")
    names = [str(ROLE_NAMES[role]) for role in ROLE_NAMES if role in office.two_step_roles]
    return _("A code from an app is required of: %(roles)s") % {"roles": get_text_list(names, _("and"))}


@dataclass(frozen=True)
class Part:
    """A line of the settings, and the form behind it."""

    section: str
    title: str
    form: type
    words: Callable[[Office], str]


OFFICE, TIME, TRUST = gettext_lazy("Office"), gettext_lazy("Time to answer"), gettext_lazy("Confidentiality")

PARTS = {
    "name": Part(
        OFFICE,
        gettext_lazy("Name and logo"),
        forms.NameForm,
        lambda office: ", ".join(filter(None, [office.name, office.country])),
    ),
    "languages": Part(OFFICE, gettext_lazy("Languages"), forms.LanguagesForm, languages_in_words),
    "time-zone": Part(OFFICE, gettext_lazy("Time zone"), forms.TimeZoneForm, zone_in_words),
    "dates": Part(
        OFFICE,
        gettext_lazy("Dates"),
        forms.DatesForm,
        lambda office: _("Like %(date)s") % {"date": dates.full(clock.today())},
    ),
    "mail": Part(
        OFFICE,
        gettext_lazy("E-mail"),
        forms.MailForm,
        lambda office: _("Up to %(n)s messages an hour") % {"n": office.hourly_mail_ceiling},
    ),
    "hours": Part(
        TIME,
        gettext_lazy("Working hours"),
        forms.HoursForm,
        lambda office: (
            _("%(days)s, %(opens)s–%(closes)s; after %(cut_off)s the next working day counts")
            % {
                "days": weekdays_in_words(office.working_weekdays),
                "opens": f"{office.opens:%H:%M}",
                "closes": f"{office.closes:%H:%M}",
                "cut_off": f"{office.cut_off:%H:%M}",
            }
        ),
    ),
    "triage": Part(
        TIME,
        gettext_lazy("Before triage"),
        forms.TriageForm,
        lambda office: (
            _("Acknowledge in %(first)s, answer in %(answer)s")
            % {"first": working_days(office.acknowledge_before_triage), "answer": office.target_before_triage}
        ),
    ),
    "cadence": Part(
        TIME,
        gettext_lazy("Contacts"),
        forms.CadenceForm,
        lambda office: (
            _("Ministries every %(m)s days, agencies %(a)s, others %(o)s; changed per organisation")
            % {"m": office.cadence_ministries, "a": office.cadence_agencies, "o": office.cadence_others}
        ),
    ),
    "threshold": Part(
        TRUST,
        gettext_lazy("Smallest group shown"),
        forms.ThresholdForm,
        lambda office: _("%(n)s answers, in every page, table and export") % {"n": office.suppression_threshold},
    ),
    "personal-data": Part(
        TRUST,
        gettext_lazy("Personal data"),
        forms.PersonalDataForm,
        lambda office: _("Kept %(n)s months after the last contact") % {"n": office.retention_months},
    ),
    "sign-in": Part(TRUST, gettext_lazy("Sign-in"), forms.SignInForm, two_step_in_words),
}


# Pages ---------------------------------------------------------------------------------------------------------------


@requires("change_office", "manage_users", "change_code_lists")
def settings_home(request):
    """Lead to the first tab this reader may open."""
    tabs = places.tabs(request.user, request.path)
    if not tabs:
        raise Http404
    return redirect(tabs[0].url)


@requires("change_office")
def office_settings(request):
    """Tell every setting in words."""
    office = Office.objects.current()
    sections = {title: [] for title in (OFFICE, TIME, TRUST)}
    for key, part in PARTS.items():
        sections[part.section].append((part.title, part.words(office), reverse("office:part", args=[key])))
    answering = [
        (str(target), target_in_words(target), reverse("office:target", args=[target.pk]))
        for target in RequestTarget.objects.all()
    ]
    sections[TIME][2:2] = answering
    return render(
        request,
        "office/settings.html",
        {
            "title": _("Settings"),
            "lede": _("For the whole office. Every change is in the history."),
            "tabs": places.tabs(request.user, request.path),
            "sections": sections.items(),
            "holidays": Holiday.objects.from_day(clock.today())[:5],
            "panels": panels.shown("settings", office, request.user, "rail"),
        },
    )


@requires("change_office")
def office_part(request, part):
    """Change one line of the settings."""
    if part not in PARTS:
        raise Http404
    chosen = PARTS[part]
    form = chosen.form(posted(request), instance=office_to_change(), user=request.user)

    def save(form):
        if part == "name":
            save_name(form, actor=request.user)
        else:
            actions.save_office(form.instance, actor=request.user)
        return reverse("office:settings")

    return form_page(
        request,
        form,
        save=save,
        title=chosen.title,
        crumbs=[(_("Settings"), reverse("office:settings"))],
        cancel=reverse("office:settings"),
        done=_("Saved."),
        template="office/part.html",
        consequences=[_("Due dates that are still open are counted again.")] if chosen.form is forms.HoursForm else [],
    )


def save_name(form, *, actor):
    """Save the name, and the logo when a new one was chosen."""
    office = actions.save_office(form.instance, actor=actor)
    if form.cleaned_data["logo_file"]:
        actions.save_logo(office, form.cleaned_data["logo_file"], actor=actor)


@requires("change_office")
def target(request, pk):
    """Change the answering time of one class of request."""
    found = get_object_or_404(RequestTarget, pk=pk)
    form = forms.TargetForm(posted(request), instance=found, user=request.user)

    def save(form):
        actions.save_target(form.instance, actor=request.user)
        return reverse("office:settings")

    return form_page(
        request,
        form,
        save=save,
        title=str(found),
        crumbs=[(_("Settings"), reverse("office:settings"))],
        cancel=reverse("office:settings"),
        done=_("Saved."),
        consequences=[_("Due dates that are still open are counted again.")],
    )


@open_to_all(because="the logo stands on public pages and in messages")
@cache_control(public=True, max_age=31_536_000, immutable=True)
def logo(request, digest):
    """Show the office's logo. Its address changes with it, so it may be kept for ever."""
    office = get_object_or_404(Office, logo_digest=digest)
    picture = bytes(office.logo)
    headers = {"X-Content-Type-Options": "nosniff"}
    return HttpResponse(picture, content_type=pictures.content_type(picture), headers=headers)


# Holidays ------------------------------------------------------------------------------------------------------------


@requires("change_office")
def holidays(request):
    """The holidays of one year."""
    this_year = clock.today().year
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else this_year
    listed = list(Holiday.objects.filter(date__year=year))
    counts = Holiday.objects.per_year(range(this_year - 1, this_year + 3))
    weekdays = Office.objects.current().working_weekdays
    return render(
        request,
        "office/holidays.html",
        {
            "title": _("Holidays"),
            "lede": _("Not counted as working days. Changing them moves due dates that are still open."),
            "crumbs": [(_("Settings"), reverse("office:settings"))],
            "tabs": places.tabs(request.user, request.path),
            "year": year,
            "years": [{"year": y, "count": n, "current": y == year} for y, n in counts.items()],
            "holidays": listed,
            "off_days": sum(holiday.date.weekday() not in weekdays for holiday in listed),
            "panels": panels.shown("holidays", year, request.user, "rail"),
        },
    )


@requires("change_office")
def holiday_new(request):
    """Add a holiday."""
    return holiday_page(request, Holiday(), title=_("Add a holiday"), verb=_("Add holiday"))


@requires("change_office")
def holiday(request, pk):
    """Change a holiday."""
    return holiday_page(request, get_object_or_404(Holiday, pk=pk), title=_("Change a holiday"), verb=_("Save holiday"))


def holiday_page(request, found, *, title, verb):
    """The form for a holiday."""
    form = forms.HolidayForm(posted(request), instance=found, user=request.user)
    back = reverse("office:holidays")

    def save(form):
        saved = actions.save_holiday(form.instance, actor=request.user)
        return f"{back}?year={saved.date.year}"

    return form_page(
        request,
        form,
        save=save,
        title=title,
        verb=verb,
        crumbs=[(_("Settings"), reverse("office:settings")), (_("Holidays"), back)],
        cancel=f"{back}?year={found.date.year}" if found.pk else back,
        done=_("Saved."),
        consequences=[_("Due dates that are still open are counted again.")],
        template="office/holiday.html",
        context={"holiday": found},
    )


@requires("change_office")
def holiday_remove(request, pk):
    """Make a holiday a working day again."""
    found = get_object_or_404(Holiday, pk=pk)
    back = f"{reverse('office:holidays')}?year={found.date.year}"

    def remove():
        actions.remove_holiday(found, actor=request.user)
        return back

    return confirm_page(
        request,
        title=_("Remove %(holiday)s") % {"holiday": found.name},
        consequences=[
            _("The day counts as a working day if its weekday does."),
            _("Due dates that are still open are counted again."),
        ],
        action=remove,
        verb=_("Remove holiday"),
        danger=True,
        crumbs=[(_("Settings"), reverse("office:settings")), (_("Holidays"), reverse("office:holidays"))],
        cancel=back,
        done=_("Removed."),
    )


@requires("change_office")
def holidays_fill(request):
    """Start a year from a country's list."""
    office = Office.objects.current()
    asked = request.GET.get("year", "")
    initial = {
        "country": office.holiday_country,
        "year": asked if re.fullmatch("[0-9]{4}", asked) else clock.today().year + 1,
    }
    form = forms.FillForm(posted(request), user=request.user, initial=initial)

    def save(form):
        data = form.cleaned_data
        added = actions.fill_holidays(data["country"], [data["year"]], actor=request.user)
        text = ngettext("%(n)s holiday added.", "%(n)s holidays added.", added) % {"n": added}
        messages.success(request, text if added else _("Nothing to add: every day on the list stands here already."))
        return f"{reverse('office:holidays')}?year={data['year']}"

    return form_page(
        request,
        form,
        save=save,
        title=_("Start from a country’s list"),
        verb=_("Add these holidays"),
        crumbs=[(_("Settings"), reverse("office:settings")), (_("Holidays"), reverse("office:holidays"))],
        cancel=reverse("office:holidays"),
        consequences=[
            _("Days that stand in your list already stay as they are."),
            _("Days that depend on the moon are marked until you confirm them."),
            _("Due dates that are still open are counted again."),
        ],
    )
