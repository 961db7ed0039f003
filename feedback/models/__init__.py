"""Data of the feedback app, one noun per file."""

from .enquiry import Enquiry
from .need import DataNeed, NeedAnswer, NeedDomain, NeedProduct, NeedRaiser
from .request import ClockPause, DataRequest, DisclosureCheck, RequestFile, RequestMessage, RequestProduct
from .response import PublishedResponse, ResponseNeed
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
    "NeedDomain",
    "NeedProduct",
    "NeedRaiser",
    "PublishedResponse",
    "Question",
    "RequestFile",
    "RequestMessage",
    "RequestProduct",
    "Response",
    "ResponseNeed",
    "Survey",
    "SurveyWave",
]
