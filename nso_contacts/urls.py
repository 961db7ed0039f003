"""The only place that knows every app's addresses."""

from django.urls import include, path

from .health import healthz

urlpatterns = [
    path("healthz/", healthz, name="healthz"),
    path("", include("nso_contacts.pages.urls")),
    path("", include("nso_contacts.office.urls")),
    path("", include("nso_contacts.accounts.urls")),
    path("accounts/", include("nso_contacts.accounts.sign_in")),
    path("", include("nso_contacts.notifications.urls")),
    path("", include("nso_contacts.audit.urls")),
    path("", include("nso_contacts.mail.urls")),
    path("", include("nso_contacts.files.urls")),
    path("", include("nso_contacts.imports.urls")),
    path("", include("stakeholders.urls")),
    path("", include("workshops.urls")),
    path("", include("feedback.urls")),
]

handler403 = "nso_contacts.pages.errors.forbidden"
handler404 = "nso_contacts.pages.errors.not_found"
handler500 = "nso_contacts.pages.errors.server_error"
