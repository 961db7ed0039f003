"""Check that what people outside the office read is written in every language the product ships."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from nso_contacts.office import catalogues

# Portal, public pages and mail. Staff pages are in English so far.
TEMPLATES = (
    "templates/portal_base.html",
    "templates/parts/account.html",
    "templates/parts/choices.html",
    "templates/parts/consequences.html",
    "templates/parts/crumbs.html",
    "templates/parts/demonstration.html",
    "templates/parts/error_summary.html",
    "templates/parts/errors.html",
    "templates/parts/form_fields.html",
    "templates/parts/head.html",
    "templates/parts/keep_draft.html",
    "templates/parts/kept_draft.html",
    "templates/parts/language.html",
    "templates/parts/messages.html",
    "templates/parts/note.html",
    "templates/parts/notes.html",
    "templates/pages/form.html",
    "templates/pages/confirm.html",
    "templates/pages/stale.html",
    "templates/pages/widgets/",
    "templates/bootstrap5/",
    "templates/feedback/parts/file.html",
    "templates/feedback/portal/",
    "templates/feedback/survey/question.html",
    "templates/feedback/survey/done.html",
    "templates/feedback/engagement.html",
    "templates/workshops/parts/facts.html",
    "templates/workshops/reply",
    "templates/pages/privacy.html",
    "templates/pages/accessibility.html",
    "templates/pages/help.html",
    "templates/stakeholders/preferences",
    "templates/mail/accounts/",
    "templates/mail/feedback/",
    "templates/mail/parts/",
    "templates/mail/workshops/",
    "templates/mail/base.",
    "templates/mail/button.html",
    "templates/mail/from_text.html",
    "templates/429.html",
    "templates/errors/",
    "templates/account/",
    "templates/accounts/door.html",
    "templates/accounts/invitation_ended.html",
    "templates/accounts/me.html",
    "templates/mfa/",
)
# Modules whose texts they read too, and in which definitions of the module these stand (none named: everywhere).
MODULES: dict[str, tuple[str, ...]] = {
    "nso_contacts/accounts/adapter.py": (),
    "nso_contacts/accounts/demonstration.py": (),
    "nso_contacts/accounts/forms.py": ("zone_choices", "InvitationForm", "PreferencesForm"),
    "nso_contacts/accounts/mails.py": ("CHANGES",),
    "nso_contacts/accounts/models.py": (
        "User.Theme",
        "User.name",
        "User.email",
        "User.language",
        "User.theme",
        "User.keys_enabled",
    ),
    "nso_contacts/accounts/sign_in.py": (),
    "nso_contacts/accounts/sign_in_forms.py": (),
    "nso_contacts/accounts/views.py": ("invitation", "me", "end_other_sessions", "device"),
    "nso_contacts/files/forms.py": (),
    "nso_contacts/files/storage.py": (),
    "nso_contacts/office/dates.py": (),
    "nso_contacts/pages/confirm.py": (),
    "nso_contacts/pages/drafts.py": (),
    "nso_contacts/pages/errors.py": (),
    "nso_contacts/pages/form.py": (),
    "nso_contacts/pages/stale.py": (),
    "nso_contacts/pages/public.py": ("privacy", "accessibility"),
    "stakeholders/views/preferences.py": (),
    "workshops/actions/invitation.py": ("obstacle_to_answering", "_refuse_full", "_delegate"),
    "workshops/calendar_entry.py": (),
    "workshops/forms.py": ("ReplyForm", "ColleagueForm"),
    "workshops/guestlist.py": ("REPLIES",),
    "workshops/messages.py": ("fill_invitation", "_before", "facts"),
    "workshops/models/invitation.py": ("Invitation.Joins", "Invitation.Reply"),
    "workshops/views/reply.py": (),
    "workshops/wording.py": ("when", "when_short", "zone_in_words", "offset_in_words", "where", "where_short"),
    "feedback/actions/request.py": ("_refuse_unless",),
    "feedback/actions/survey.py": ("refuse_if_over", "_send_in"),
    "feedback/asking.py": ("waiting_for",),
    "feedback/forms/enquiry.py": ("ContactForm",),
    "feedback/forms/links.py": (),
    "feedback/forms/request.py": ("BREAKDOWNS", "year_field", "PortalRequestForm", "HeardForm"),
    "feedback/forms/survey.py": (),
    "feedback/mails/request.py": ("for_requester",),
    "feedback/mails/survey.py": ("fill",),
    "feedback/models/enquiry.py": (
        "Enquiry.Topic",
        "Enquiry.topic",
        "Enquiry.name",
        "Enquiry.email",
        "Enquiry.organisation_name",
    ),
    "feedback/models/request.py": ("DataRequest.Status", "DataRequest.Geography", "DataRequest.RefusalReason"),
    "feedback/views/enquiry.py": ("contact", "contact_sent"),
    "feedback/views/follow.py": (),
    "feedback/views/links.py": (),
    "feedback/views/need.py": ("engagement",),
    "feedback/views/portal.py": (),
    "feedback/views/survey.py": ("answer", "refuse", "done", "own_answer"),
    "feedback/wording.py": ("PLAIN", "BEING_PREPARED"),
}


class Command(BaseCommand):
    """Fail on a text for outsiders that a catalogue lacks, on a guessed translation, and on wrong placeholders."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the sources and the catalogues; raise CommandError with everything that is wrong."""
        wrong = [
            f"{language}: {line}"
            for language, _name in settings.LANGUAGES
            if language != settings.LANGUAGE_CODE
            for line in check(settings.BASE_DIR / f"locale/{language}/LC_MESSAGES/django.po")
        ]
        if wrong:
            raise CommandError("\n".join([*wrong, f"{len(wrong)} texts to put right."]))


def check(catalogue: Path) -> Iterator[str]:
    """Yield a line for each text of the public sources without a sure translation, and for each mistake."""
    entries = catalogues.read(catalogue)
    translated = {(entry.context, entry.text) for entry in entries if entry.is_sure}
    for path, names in sources(settings.BASE_DIR):
        for context, text in catalogues.marked(path, names):
            if (context, text) not in translated:
                yield f"{path.relative_to(settings.BASE_DIR)}: not translated: {text}"
    for text, mistake in catalogues.mistakes(entries):
        yield f"{mistake}: {text}"


def sources(root: Path) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Yield the public templates, and the modules with their public definitions."""
    for path in sorted((root / "templates").rglob("*")):
        if path.is_file() and str(path.relative_to(root)).startswith(TEMPLATES):
            yield path, ()
    for module, names in MODULES.items():
        yield root / module, names
