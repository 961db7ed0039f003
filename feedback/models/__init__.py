"""Data of the feedback app, one noun per file."""

from .enquiry import Enquiry
from .need import DataNeed, NeedAnswer, NeedRaiser
from .request import ClockPause, DataRequest, DisclosureCheck, RequestFile, RequestMessage
from .response import PublishedResponse
from .survey import Answer, FrameMember, Question, Response, Survey, SurveyWave

__all__ = [
    "Answer",
    "ClockPause",
    "DataNeed",
    "DataRequest",
    "DisclosureCheck",
    "Enquiry",
    "FrameMember",
    "NeedAnswer",
    "NeedRaiser",
    "PublishedResponse",
    "Question",
    "RequestFile",
    "RequestMessage",
    "Response",
    "Survey",
    "SurveyWave",
]
