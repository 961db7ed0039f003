"""Settings, read from the environment and from nowhere else.

`nso_contacts/devstack.py` sets the environment of the embedded office (`make run`, `make test`). Everywhere else a
missing value stops the start with its name.
"""

import sys
from pathlib import Path
from urllib.parse import urlsplit

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from kombu.entity import Queue

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.DB_SCHEMES["postgresql"] = "django.db.backends.postgresql"


def required(name: str) -> str:
    """Return an environment variable that the office cannot start without."""
    value = env.str(name, default="")
    if not value:
        message = f"{name} is not set. Set it in the environment and start again."
        raise ImproperlyConfigured(message)
    return value


# The office's own place and addresses ------------------------------------------------------------------------------
EMBEDDED = env.bool("NSO_EMBEDDED", default=False)
STATE_DIR = Path(env.str("NSO_STATE_DIR", default=str(BASE_DIR / "var")))
SECRET_KEY = required("SECRET_KEY")
BASE_URL = required("BASE_URL").rstrip("/")
DATABASE_URL = required("DATABASE_URL")
REDIS_URL = required("REDIS_URL")
DEFAULT_FROM_EMAIL = required("DEFAULT_FROM_EMAIL")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

DEBUG = env.bool("DEBUG", default=False)
TESTING = "pytest" in sys.modules

_base = urlsplit(BASE_URL)
HTTPS = _base.scheme == "https"
ALLOWED_HOSTS = [_base.hostname or "", *env.list("EXTRA_HOSTS", default=[])]
if EMBEDDED:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# Transport: everything below follows from BASE_URL being https ------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz/$"]
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Limits count by the visitor's address, which the last of so many proxies has added to X-Forwarded-For.
    ALLAUTH_TRUSTED_PROXY_COUNT = env.int("PROXIES", default=1)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "nso_contacts.pages.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "frame-ancestors": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "object-src": [NONE],
    },
}

# Applications, the lowest layer last (docs/architecture.md) ---------------------------------------------------------
INSTALLED_APPS = [
    "feedback",
    "workshops",
    "stakeholders",
    "nso_contacts.imports",
    "nso_contacts.accounts",
    "nso_contacts.backup",
    "nso_contacts.notifications",
    "nso_contacts.audit",
    "nso_contacts.mail",
    "nso_contacts.files",
    "nso_contacts.pages",
    "nso_contacts.access",
    "nso_contacts.office",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_filters",
    "django_htmx",
    "pghistory",
    "pgtrigger",
    "template_partials",
]
if TESTING or env.bool("NSO_DEVELOPMENT", default=False):
    INSTALLED_APPS += ["django_linear_migrations", "django_migration_linter"]

MIDDLEWARE = [
    "nso_contacts.health.HealthMiddleware",
    "nso_contacts.logs.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Lists are read over slow lines. What a page keeps secret is masked anew each time (CSRF), and the length of every
    # compressed answer is made uncertain by random bytes, so that it tells nothing (BREACH).
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "nso_contacts.accounts.middleware.SessionSeenMiddleware",
    "nso_contacts.pages.middleware.PrivateMiddleware",
    "nso_contacts.access.guessing.GuessingMiddleware",
    "nso_contacts.accounts.middleware.PreferencesMiddleware",
    "nso_contacts.accounts.middleware.TwoStepMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "nso_contacts.pages.middleware.HtmxVaryMiddleware",
    "nso_contacts.pages.middleware.DraftMiddleware",
]

ROOT_URLCONF = "nso_contacts.urls"
WSGI_APPLICATION = "nso_contacts.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "nso_contacts.pages.context.shell",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = ["bootstrap5", "nso"]
CRISPY_TEMPLATE_PACK = "bootstrap5"
# What leaving a filter of a list empty means.
FILTERS_EMPTY_CHOICE_LABEL = _("Any")

# Data ---------------------------------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
if env.bool("DATABASE_POOLED", default=False):
    # A pool gives a connection away after each transaction, and takes no options: nothing may outlive the transaction.
    DATABASES["default"] |= {"CONN_MAX_AGE": 0, "DISABLE_SERVER_SIDE_CURSORS": True}
else:
    # Each trigger asks which triggers are to be left out. Left unset, the question is an error that the trigger
    # catches: that alone made a large import take three times as long.
    _options = DATABASES["default"].setdefault("OPTIONS", {})
    _options["options"] = f"{_options.get('options', '')} -c pgtrigger.ignore={{}}".strip()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
FILES_ROOT = Path(env.str("FILES_ROOT", default=str(STATE_DIR / "files")))
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_242_880
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
PGHISTORY_APPEND_ONLY = True
PGHISTORY_CREATED_AT_FUNCTION = "CLOCK_TIMESTAMP()"

# Sign-in (django-allauth): by e-mail, by invitation only --------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["nso_contacts.accounts.demonstration.OfficeBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "nso_contacts.accounts.demonstration.NotPublished"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "nso_contacts.accounts.adapter.OfficeAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {
    "login": "nso_contacts.accounts.sign_in_forms.LoginForm",
    "reauthenticate": "nso_contacts.accounts.sign_in_forms.ReauthenticateForm",
    "reset_password": "nso_contacts.accounts.sign_in_forms.ResetPasswordForm",
    "reset_password_from_key": "nso_contacts.accounts.sign_in_forms.ResetPasswordKeyForm",
    "change_password": "nso_contacts.accounts.sign_in_forms.ChangePasswordForm",
}
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# Beside django-allauth's own limits on sign-in: what one connection may send through the public contact form, how often
# it may ask for links, and how often links are sent to one address, whoever asks.
ACCOUNT_RATE_LIMITS = {"contact": "10/h/ip", "links": "10/h/ip", "links_to_address": "3/h/key"}
UNKNOWN_LINKS_PER_HOUR = 60
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "nso_contacts.accounts.sign_in_forms.AuthenticateForm",
    "reauthenticate": "nso_contacts.accounts.sign_in_forms.CodeAgainForm",
    "activate_totp": "nso_contacts.accounts.sign_in_forms.ActivateTOTPForm",
}
MFA_TOTP_ISSUER = "NSO Contacts"
MFA_TOTP_TOLERANCE = 1
MFA_TRUST_ENABLED = True
MFA_TRUST_COOKIE_AGE = 12 * 60 * 60
USERSESSIONS_TRACK_ACTIVITY = True

# Mail: any SMTP server by EMAIL_URL; none set means the folder var/mail/ (only in the embedded office) ---------------
EMAIL_URL = env.str("EMAIL_URL", default="")
MAIL_DIR = STATE_DIR / "mail"
if EMAIL_URL:
    vars().update(env.email_url_config(EMAIL_URL))
else:
    EMAIL_BACKEND = "nso_contacts.mail.backends.FolderBackend"
EMAIL_TIMEOUT = 60

# Background work ------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_INCLUDE = ["nso_contacts.health"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 1800
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 7200, "socket_connect_timeout": 2}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Work by what it is for, so that one kind can have workers of its own (docs/operations.md). A worker that is told
# nothing takes from all.
CELERY_TASK_QUEUES = [Queue(name, routing_key=name) for name in ("celery", "mail", "imports")]
CELERY_TASK_ROUTES = {
    "nso_contacts.mail.tasks.*": {"queue": "mail"},
    "nso_contacts.imports.tasks.*": {"queue": "imports"},
}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "heartbeat": {"task": "nso_contacts.health.heartbeat", "schedule": 5.0},
    "mail-sweep": {"task": "nso_contacts.mail.tasks.sweep", "schedule": 20.0},
    "imports-sweep": {"task": "nso_contacts.imports.tasks.sweep", "schedule": 20.0},
    "workshops-tick": {"task": "workshops.tasks.tick", "schedule": 30.0},
    "feedback-tick": {"task": "feedback.tasks.tick", "schedule": 60.0},
    "stakeholders-sweep": {"task": "stakeholders.tasks.sweep", "schedule": 20.0},
    "notifications-hourly": {
        "task": "nso_contacts.notifications.tasks.tell_what_came_about",
        "schedule": crontab(minute=15),
    },
    "notifications-nightly": {
        "task": "nso_contacts.notifications.tasks.forget_read",
        "schedule": crontab(hour=2, minute=40),
    },
    "stakeholders-nightly": {"task": "stakeholders.tasks.rebuild_due_dates", "schedule": crontab(hour=2, minute=10)},
    "pages-nightly": {"task": "nso_contacts.pages.tasks.delete_old", "schedule": crontab(hour=3, minute=20)},
}

# Languages and time ---------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("fr", _("French")),
    ("ar", _("Arabic")),
]
LANGUAGES_BIDI = ["ar"]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"  # stored and background time; pages show the office's or the user's own zone

# Static files ---------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(STATE_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_USE_FINDERS = TESTING or DEBUG
WHITENOISE_AUTOREFRESH = TESTING or DEBUG

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "nso_contacts.logs.JsonLines"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
