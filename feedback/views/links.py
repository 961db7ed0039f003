"""“Send me my links again”: the same answer to every address, so that nobody learns who is known here."""

from allauth.core import ratelimit
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from nso_contacts.access.policy import open_to_all
from nso_contacts.pages.form import form_page, posted

from ..actions import own_links as actions
from ..forms.links import LinksForm


@open_to_all(because="whoever lost their link has nothing else to come in with")
@never_cache
def links(request):
    """Take an address and send its links to it. Asking too often for one address sends nothing and says the same."""
    form = LinksForm(posted(request), user=None)
    if request.method == "POST" and form.is_valid() and not ratelimit.consume(request, action="links"):
        return render(request, "feedback/portal/too_many.html", {"title": _("Too many messages")}, status=429)

    def save(form):
        address = form.cleaned_data["email"]
        if ratelimit.consume(request, action="links_to_address", key=address.lower()):
            actions.send_links(address, language=get_language(), actor=None)
        return "feedback:links_sent"

    return form_page(
        request,
        form,
        save=save,
        title=_("Send me my links again"),
        lede=_("For invitations, surveys and data requests you answer or follow without an account."),
        verb=_("Send links"),
        base="portal_base.html",
        template="feedback/portal/links.html",
    )


@open_to_all(because="the page after the form")
@require_GET
def links_sent(request):
    """Say what happens now, whoever asked."""
    return render(request, "feedback/portal/links_sent.html", {"title": _("Look into your mailbox")})
