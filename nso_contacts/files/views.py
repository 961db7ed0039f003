"""Downloading what is attached."""

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404

from nso_contacts.access.policy import signed_in

from .models import StoredFile


@signed_in(because="the rows of each owner decide who gets a file: colleagues and ministry experts have different ones")
def download(request: HttpRequest, pk: int) -> FileResponse:
    """Send one file as an attachment, never to be shown inside a page of ours."""
    return served(get_object_or_404(StoredFile.objects.visible_to(request.user), pk=pk))


def served(stored: StoredFile) -> FileResponse:
    """Answer with a file the reader may have, whatever let them in."""
    try:
        content = stored.path.open("rb")
    except FileNotFoundError:
        raise Http404("The content is missing.") from None
    response = FileResponse(content, as_attachment=True, filename=stored.name, content_type=stored.content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
