"""The default follow-up survey of a workshop: W1 to W7 of the standard question set, in the office's languages."""

from django.apps import apps as installed
from i18nfield.strings import LazyI18nString

TITLE = {"en": "How was the workshop?", "fr": "Comment s’est passé l’atelier ?", "ar": "كيف كانت ورشة العمل؟"}
INTRODUCTION = {
    "en": "Seven short questions, about two minutes.",
    "fr": "Sept questions courtes, environ deux minutes.",
    "ar": "سبعة أسئلة قصيرة، نحو دقيقتين.",
}
OVERALL = "W5"

# (code, scale, must be answered, text)
QUESTIONS = [
    (
        "W1",
        "S5",
        False,
        {
            "en": "How satisfied are you that the workshop met its objectives?",
            "fr": "Dans quelle mesure l’atelier a-t-il atteint ses objectifs ?",
            "ar": "ما مدى رضاكم عن تحقيق ورشة العمل لأهدافها؟",
        },
    ),
    (
        "W2",
        "S5",
        False,
        {
            "en": "How satisfied are you with the relevance of the content to your work?",
            "fr": "Dans quelle mesure le contenu était-il utile à votre travail ?",
            "ar": "ما مدى رضاكم عن صلة المحتوى بعملكم؟",
        },
    ),
    (
        "W3",
        "S5",
        False,
        {
            "en": "How satisfied are you with the time for your own input?",
            "fr": "Êtes-vous satisfait du temps accordé à vos contributions ?",
            "ar": "ما مدى رضاكم عن الوقت المخصص لمداخلاتكم؟",
        },
    ),
    (
        "W4",
        "S5",
        False,
        {
            "en": "How satisfied are you with the organisation?",
            "fr": "Êtes-vous satisfait de l’organisation ?",
            "ar": "ما مدى رضاكم عن التنظيم؟",
        },
    ),
    (
        OVERALL,
        "S5",
        True,
        {
            "en": "Overall, how satisfied were you with the workshop?",
            "fr": "Dans l’ensemble, êtes-vous satisfait de l’atelier ?",
            "ar": "بشكل عام، ما مدى رضاكم عن ورشة العمل؟",
        },
    ),
    (
        "W6",
        "YES_PARTLY_NO",
        False,
        {
            "en": "Were your needs recorded correctly?",
            "fr": "Vos besoins ont-ils été correctement notés ?",
            "ar": "هل سُجّلت احتياجاتكم بشكل صحيح؟",
        },
    ),
    (
        "W7",
        "TEXT",
        False,
        {
            "en": "What should we do differently?",
            "fr": "Que devrions-nous faire autrement ?",
            "ar": "ما الذي ينبغي أن نفعله بشكل مختلف؟",
        },
    ),
]


def keep(*, apps=installed, **_signal):
    """Write the survey after a migration, and again after the database was emptied; before its tables it waits.

    An emptied database sends the signal without a registry.
    """
    try:
        apps.get_model("feedback", "Question")
    except LookupError:
        return
    seed(apps=apps)


def seed(*, apps):
    """Write the survey if its kind has none. `apps` is the registry of a migration, or Django's own."""
    surveys = apps.get_model("feedback", "Survey")
    questions = apps.get_model("feedback", "Question")
    if surveys.objects.filter(kind="WORKSHOP_FOLLOW_UP").exists():
        return
    survey = surveys.objects.create(
        kind="WORKSHOP_FOLLOW_UP",
        title=LazyI18nString(TITLE),
        introduction=LazyI18nString(INTRODUCTION),
        is_default=True,
    )
    questions.objects.bulk_create(
        questions(
            survey=survey, code=code, position=number, scale=scale, mandatory=mandatory, text=LazyI18nString(text)
        )
        for number, (code, scale, mandatory, text) in enumerate(QUESTIONS, start=1)
    )
