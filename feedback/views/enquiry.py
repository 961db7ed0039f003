"""The public contact form and the enquiries that come through it."""

from allauth.core import ratelimit
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from nso_contacts.access.policy import open_to_all, requires
from nso_contacts.office.models import Office
from nso_contacts.pages import drafts
from nso_contacts.pages.confirm import confirm_page
from nso_contacts.pages.form import form_page, posted

from ..actions import enquiry as actions
from ..forms.enquiry import AnswerForm, ContactForm, TurnIntoRequestForm
from ..listings.enquiry import EnquiryListing
from ..models import Enquiry, PublishedResponse

listing = EnquiryListing.as_view()
PORTAL = "portal_base.html"
LATEST_ANSWERS = 3


@open_to_all(because="anybody may ask the office a question")
def contact(request):
    """Take a question from anybody, without an account."""
    form = ContactForm(posted(request), user=None)
    if request.method == "POST":
        if form.by_machine:  # told nothing, and nothing is kept
            return HttpResponseRedirect(reverse("feedback:contact_sent"))
        if form.is_valid() and not ratelimit.consume(request, action="contact"):
            return render(request, "feedback/portal/too_many.html", {"title": _("Too many messages")}, status=429)

    def save(form):
        enquiry = form.save(commit=False)
        enquiry.language = get_language()
        actions.receive(enquiry, actor=None)
        return "feedback:contact_sent"

    return form_page(
        request,
        form,
        save=save,
        title=_("Ask the statistics office"),
        lede=_("For anyone. No account needed. A person answers, as a rule by the end of the next working day."),
        verb=_("Send question"),
        base=PORTAL,
        template="feedback/portal/contact.html",
        context={
            "office": Office.objects.current(),
            "answered": PublishedResponse.objects.published()[:LATEST_ANSWERS],
        },
    )


@open_to_all(because="the page after the public form")
@require_GET
def contact_sent(request):
    """Say that the question has arrived."""
    return render(request, "feedback/portal/contact_sent.html", {"title": _("We have your question")})


def worked_on(user, pk):
    """The enquiry, if `user` may work on it."""
    return get_object_or_404(Enquiry.objects.editable_by(user), pk=pk)


def crumbs():
    """Where the pages of an enquiry hang."""
    return [(_("Enquiries"), reverse("feedback:enquiry_list"))]


@requires("view_requests")
@require_GET
def detail(request, pk):
    """One enquiry."""
    enquiry = get_object_or_404(Enquiry.objects.visible_to(request.user).select_related("assignee", "request"), pk=pk)
    may_work = not enquiry.closed_at and Enquiry.objects.editable_by(request.user).filter(pk=pk).exists()
    context = {"title": enquiry.reference, "enquiry": enquiry, "crumbs": crumbs(), "may_work": may_work}
    return render(request, "feedback/enquiry.html", context)


@requires("triage_requests")
def answer(request, pk):
    """Answer by e-mail."""
    enquiry = worked_on(request.user, pk)
    form = AnswerForm(posted(request), user=request.user)

    def save(form):
        return actions.answer(enquiry, form.cleaned_data["text"], actor=request.user)

    return form_page(
        request,
        form,
        save=save,
        title=_("Answer the enquiry"),
        lede=enquiry.text,
        verb=_("Send answer"),
        crumbs=crumbs(),
        cancel=enquiry.get_absolute_url(),
        consequences=[_("The answer goes out by e-mail and the enquiry is closed.")],
        kept=drafts.form_of("feedback.enquiry_answer", enquiry),
    )


@requires("triage_requests")
def turn_into_request(request, pk):
    """Make a data request of it."""
    enquiry = worked_on(request.user, pk)
    form = TurnIntoRequestForm(posted(request), user=request.user, initial={"subject": enquiry.text[:200]})

    def save(form):
        return actions.turn_into_request(enquiry, **form.cleaned_data, actor=request.user)

    return form_page(
        request,
        form,
        save=save,
        title=_("Turn into a data request"),
        lede=enquiry.text,
        verb=_("Make request"),
        crumbs=crumbs(),
        cancel=enquiry.get_absolute_url(),
        consequences=[
            _("The request gets a reference; its clock counts from the day the enquiry arrived."),
            _("Whoever asked gets a receipt with a link to follow it."),
        ],
    )


@requires("triage_requests")
def put_aside(request, pk):
    """It is not meant for the office."""
    enquiry = worked_on(request.user, pk)

    def act():
        return actions.put_aside(enquiry, actor=request.user)

    return confirm_page(
        request,
        title=_("Not meant for us"),
        lede=enquiry.text,
        consequences=[_("The enquiry is closed and nothing is sent.")],
        action=act,
        verb=_("Close enquiry"),
        crumbs=crumbs(),
        cancel=enquiry.get_absolute_url(),
    )
