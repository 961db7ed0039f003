"""The page behind the personal link of a request: followed and answered without signing in.

A GET shows and changes nothing, whoever follows the link; only a POST writes.
"""

from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from nso_contacts.access.policy import open_to_all
from nso_contacts.files.views import served
from nso_contacts.mail import links
from nso_contacts.pages.confirm import confirm_page
from nso_contacts.pages.form import posted

from ..actions import request as actions
from ..forms.request import HeardForm
from ..mails.request import LINK
from ..models import DataRequest, RequestMessage
from .portal import BASE, conversation_page, page_of

BECAUSE = "the personal link in the message stands for the requester"


def linked(token):
    """The request a link stands for; LinkExpired when it has ended."""
    record = links.resolve(LINK, token).record
    return DataRequest.objects.select_related("organisation", "assignee", "requester").get(pk=record.pk)


def read_in(request, record):
    """Draw the page in the language chosen on it, else in that of the letters."""
    return translation.override(
        request.COOKIES.get("django_language") or record.reading_language or translation.get_language()
    )


def ended(request):
    """The link was real and does not answer any more."""
    return render(request, "feedback/portal/link_ended.html", {"title": _("This link has ended")}, status=410)


@open_to_all(because=BECAUSE)
@never_cache
def follow(request, token):
    """Follow a request, answer a question about it."""
    try:
        record = linked(token)
    except links.LinkExpired:
        return ended(request)
    with read_in(request, record):
        form = HeardForm(posted(request))
        context = page_of(record, form) | {"withdraw_url": f"{request.path}withdraw/", "by_link": True}
        return conversation_page(request, record, form, context, actor=record.requester, here=request.path)


@open_to_all(because=BECAUSE)
@never_cache
def withdraw(request, token):
    """The requester does not need it any more."""
    try:
        record = linked(token)
    except links.LinkExpired:
        return ended(request)
    here = request.path.removesuffix("withdraw/")
    if record.status not in DataRequest.OPEN:
        return redirect(here)

    def act():
        actions.withdraw(record, actor=record.requester, reason="")
        return here

    with read_in(request, record):
        return confirm_page(
            request,
            title=_("I no longer need it"),
            lede=record.subject,
            consequences=[_("We stop working on the request and close it.")],
            action=act,
            verb=_("Withdraw request"),
            base=BASE,
            cancel=here,
            done=_("The request is withdrawn."),
        )


@open_to_all(because=BECAUSE)
@never_cache
def download(request, token, pk):
    """A file of the request; one on an internal note does not exist here."""
    try:
        record = linked(token)
    except links.LinkExpired:
        return ended(request)
    rows = record.files.exclude(message__kind=RequestMessage.Kind.INTERNAL).select_related("file")
    return served(get_object_or_404(rows, pk=pk).file)
