"""The four pages that a new office is set up with."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nso_contacts.access.policy import requires
from nso_contacts.access.roles import ROLE_NAMES, STAFF_ROLES
from nso_contacts.accounts import actions as accounts
from nso_contacts.accounts.forms import Colleagues
from nso_contacts.accounts.models import User
from nso_contacts.pages.form import form_page, posted, summary

from . import actions, clock
from .forms import DaysForm, LanguagesAndTimeForm, NameForm
from .models import Holiday
from .views import office_to_change, save_name

STEPS = {
    "office": gettext_lazy("Office"),
    "languages": gettext_lazy("Languages"),
    "days": gettext_lazy("Working days"),
    "colleagues": gettext_lazy("Colleagues"),
}


def strip(step):
    """The four steps with their state."""
    order = list(STEPS)
    return [
        {"title": title, "done": order.index(key) < order.index(step), "current": key == step}
        for key, title in STEPS.items()
    ]


@requires("change_office")
def first_run(request, step):
    """Show one of the four pages."""
    pages = {"office": name_page, "languages": languages_page, "days": days_page, "colleagues": colleagues_page}
    if step not in pages:
        raise Http404
    return pages[step](request)


def name_page(request):
    """Step 1: name and logo."""
    form = NameForm(posted(request), instance=office_to_change(), user=request.user)
    return step_page(
        request,
        form,
        "office",
        save=lambda form: save_name(form, actor=request.user),
        title=_("Your office"),
        lede=_("Four short pages. Everything can be changed later under Settings."),
    )


def languages_page(request):
    """Step 2: languages and time."""
    form = LanguagesAndTimeForm(posted(request), instance=office_to_change(), user=request.user)
    return step_page(
        request,
        form,
        "languages",
        save=lambda form: actions.save_office(form.instance, actor=request.user),
        title=_("Languages and time"),
        lede=_("Portal, public pages and e-mail speak these languages. Staff pages are in English."),
    )


def days_page(request):
    """Step 3: working days, hours and holidays."""
    form = DaysForm(posted(request), instance=office_to_change(), user=request.user)

    def save(form):
        actions.save_office(form.instance, actor=request.user)
        if form.cleaned_data["holiday_country"]:
            years = actions.years_to_fill()
            actions.fill_holidays(form.cleaned_data["holiday_country"], years, actor=request.user)

    return step_page(
        request,
        form,
        "days",
        save=save,
        title=_("Working days and holidays"),
        lede=_("Due dates count working days only."),
        context={"holidays": Holiday.objects.from_day(clock.today())[:3]},
    )


def step_page(request, form, step, *, save, title, lede, context=None):
    """One of the first three pages; saving leads to the next."""
    order = list(STEPS)
    following = reverse("office:first_run", args=[order[order.index(step) + 1]])
    before = order.index(step) - 1
    back = reverse("office:first_run", args=[order[before]]) if before >= 0 else ""

    def go_on(form):
        save(form)
        return following

    return form_page(
        request,
        form,
        save=go_on,
        title=title,
        lede=lede,
        verb=_("Save and go on"),
        template="office/first_run.html",
        base="portal_base.html",
        context={"steps": strip(step), "step": step, "back": back, **(context or {})},
    )


def colleagues_page(request):
    """Step 4: colleagues. Empty lines invite nobody."""
    formset = Colleagues(posted(request), prefix="colleague")
    page = {
        "formset": formset,
        "steps": strip("colleagues"),
        "step": "colleagues",
        "title": _("Invite colleagues"),
        "lede": _("Each gets an e-mail with a link to choose a password. You can leave this empty and do it later."),
        "back": reverse("office:first_run", args=["days"]),
        "base": "portal_base.html",
        "roles": [(ROLE_NAMES[role], ROLE_WORDS[role]) for role in STAFF_ROLES],
    }
    if request.method != "POST":
        return render(request, "office/first_run_colleagues.html", page)
    if not formset.is_valid():
        errors = [line for form in formset for line in summary(form)]
        return render(request, "office/first_run_colleagues.html", page | {"errors": errors}, status=422)
    invited = [form.cleaned_data for form in formset if form.cleaned_data.get("email")]
    for one in invited:
        accounts.invite(User(email=one["email"]), [one["role"]], actor=request.user)
    actions.finish_set_up(office_to_change(), actor=request.user)
    messages.success(request, _("Your office is ready."))
    return redirect("/")


ROLE_WORDS = {
    "administrator": gettext_lazy("Users and settings"),
    "manager": gettext_lazy("Decisions, figures, approvals"),
    "liaison": gettext_lazy("Directory, contact log, workshops, requests, imports"),
    "statistician": gettext_lazy("Requests and needs of their domains"),
}
