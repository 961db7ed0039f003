"""Pages of the outbox."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from nso_contacts.access.policy import requires

from .models import Message


@requires("view_messages")
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """One message: what it says, what became of it, what can be done."""
    found = get_object_or_404(Message.objects.visible_to(request.user), pk=pk)
    return render(request, "mail/message.html", {"message": found})
