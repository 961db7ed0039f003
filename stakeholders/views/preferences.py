"""The page behind “Change what you receive” in the foot of a message, for people who do not sign in.

A GET shows, whoever follows the link: mail scanners do. Only a POST changes anything.
"""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from nso_contacts.access.policy import open_to_all
from nso_contacts.mail import links
from nso_contacts.office.models import Office
from nso_contacts.pages.form import form_page, posted

from .. import wishes
from ..actions import wishes as actions
from ..forms.preferences import PreferencesForm
from ..models import Objection

BECAUSE = "the personal link in the message stands for whoever received it"


@open_to_all(because=BECAUSE)
@never_cache
def preferences(request, token):
    """Choose what the office may send."""
    try:
        person = links.resolve(wishes.LINK, token).record
    except links.LinkExpired:
        return ended(request)
    if person.anonymised_at:
        return ended(request)
    with translation.override(language(request, person)):
        form = PreferencesForm(posted(request), objections=person.objections)

        def save(form):
            actions.set_objections(person, form.objections, actor=person)
            return request.path

        return form_page(
            request,
            form,
            save=save,
            title=_("What we send you"),
            verb=_("Save"),
            done=_("Saved. From now on we send you what is ticked here."),
            template="stakeholders/preferences.html",
            base="portal_base.html",
            context={"person": person, "made": max((one.at for one in wishes.objected(person).values()), default=None)},
        )


def language(request, person):
    """The recipient's language, unless another one was chosen on the page."""
    offered = Office.objects.current().languages
    wishes_of_reader = (request.COOKIES.get("django_language", ""), person.language, *offered)
    return next(code for code in wishes_of_reader if code in offered)


def ended(request):
    """The link was real and does not answer any more."""
    return render(request, "stakeholders/preferences_ended.html", {"title": _("This link has ended")}, status=410)


@open_to_all(because=BECAUSE)
@csrf_exempt  # RFC 8058: the mail program posts here, without a page or a cookie of ours
@never_cache
def unsubscribe(request, token):
    """Take the recipient off messages of the kind that carried the link: the one click of a mail program."""
    try:
        link = links.resolve(wishes.LINK, token)
    except links.LinkExpired as expired:
        # Who is told to stop by an old message stops as well.
        link = expired.link
    if request.method != "POST":
        return redirect("stakeholders:preferences", token=token)
    message_class = link.message.message_class if link.message else Objection.NEWS
    if link.record is not None and message_class in Objection.values:
        actions.object_to(link.record, message_class, actor=link.record)
    return HttpResponse(_("You will not get messages of this kind any more."), content_type="text/plain; charset=utf-8")
