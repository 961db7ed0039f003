"""Addresses of the feedback app, one list per noun."""

from django.urls import path

from .views import enquiry, follow, links, need, portal, request, satisfaction, survey

app_name = "feedback"

request_urls = [
    path("requests/", request.listing, name="request_list"),
    path("requests/new/", request.create, name="request_create"),
    path("requests/<int:pk>/", request.detail, name="request"),
    path("requests/<int:pk>/edit/", request.edit, name="request_edit"),
    path("requests/<int:pk>/triage/", request.triage, name="request_triage"),
    path("requests/<int:pk>/assign/", request.assign, name="request_assign"),
    path("requests/<int:pk>/write/", request.write, name="request_write"),
    path("requests/<int:pk>/start/", request.start, name="request_start"),
    path("requests/<int:pk>/resume/", request.resume, name="request_resume"),
    path("requests/<int:pk>/hand-in/", request.hand_in, name="request_hand_in"),
    path("requests/<int:pk>/check/", request.check, name="request_check"),
    path("requests/<int:pk>/refuse/", request.refuse, name="request_refuse"),
    path("requests/<int:pk>/redirect/", request.redirect_, name="request_redirect"),
    path("requests/<int:pk>/duplicate/", request.duplicate, name="request_duplicate"),
    path("requests/<int:pk>/withdraw/", request.withdraw, name="request_withdraw"),
    path("requests/<int:pk>/close/", request.close, name="request_close"),
    path("requests/<int:pk>/reopen/", request.reopen, name="request_reopen"),
]
portal_urls = [
    path("portal/", portal.home, name="portal"),
    path("portal/requests/", portal.request_list, name="portal_request_list"),
    path("portal/requests/new/", portal.request_create, name="portal_request_create"),
    path("portal/requests/<int:pk>/", portal.request_detail, name="portal_request"),
    path("portal/requests/<int:pk>/withdraw/", portal.request_withdraw, name="portal_request_withdraw"),
    path("portal/workshops/", portal.workshop_list, name="portal_workshop_list"),
    path("portal/experts/", portal.experts, name="portal_experts"),
    path("r/<str:token>/", follow.follow, name="follow"),
    path("r/<str:token>/withdraw/", follow.withdraw, name="follow_withdraw"),
    path("r/<str:token>/files/<int:pk>/", follow.download, name="follow_file"),
]
links_urls = [
    path("links/", links.links, name="links"),
    path("links/sent/", links.links_sent, name="links_sent"),
]
enquiry_urls = [
    path("contact/", enquiry.contact, name="contact"),
    path("contact/sent/", enquiry.contact_sent, name="contact_sent"),
    path("enquiries/", enquiry.listing, name="enquiry_list"),
    path("enquiries/<int:pk>/", enquiry.detail, name="enquiry"),
    path("enquiries/<int:pk>/answer/", enquiry.answer, name="enquiry_answer"),
    path("enquiries/<int:pk>/request/", enquiry.turn_into_request, name="enquiry_request"),
    path("enquiries/<int:pk>/put-aside/", enquiry.put_aside, name="enquiry_put_aside"),
]
survey_urls = [
    path("s/<str:token>/", survey.answer, name="survey_answer"),
    path("s/<str:token>/refuse/", survey.refuse, name="survey_refuse"),
    path("portal/surveys/<int:pk>/", survey.own_answer, name="own_survey"),
    path("surveys/", survey.wave_list, name="wave_list"),
    path("surveys/asked/", survey.frame_list, name="frame_list"),
    path("surveys/<int:pk>/", survey.wave, name="wave"),
    path("surveys/<int:pk>/remind/", survey.remind_now, name="wave_remind"),
    path("surveys/<int:pk>/close/", survey.close_now, name="wave_close"),
    path("surveys/open/<int:event>/", survey.open_now, name="survey_open"),
    path("insight/satisfaction/", satisfaction.workshops, name="satisfaction"),
]
need_urls = [
    path("needs/", need.need_list, name="need_list"),
    path("needs/new/", need.create, name="need_create"),
    path("needs/<int:pk>/", need.detail, name="need"),
    path("needs/<int:pk>/edit/", need.edit, name="need_edit"),
    path("needs/<int:pk>/support/", need.support, name="need_support"),
    path("needs/<int:pk>/confirm/", need.confirm, name="need_confirm"),
    path("needs/<int:pk>/assess/", need.assess, name="need_assess"),
    path("needs/<int:pk>/decide/", need.decide, name="need_decide"),
    path("needs/<int:pk>/begin/", need.begin, name="need_begin"),
    path("needs/<int:pk>/meet/", need.meet, name="need_meet"),
    path("needs/<int:pk>/verify/", need.verify, name="need_verify"),
    path("needs/<int:pk>/close/", need.close, name="need_close"),
    path("needs/raised/<int:pk>/answer/", need.tell, name="need_tell"),
    path("responses/", need.response_list, name="response_list"),
    path("responses/new/", need.response_create, name="response_create"),
    path("responses/<int:pk>/", need.response, name="response"),
    path("responses/<int:pk>/edit/", need.response_edit, name="response_edit"),
    path("responses/<int:pk>/publish/", need.response_publish, name="response_publish"),
    path("responses/<int:pk>/unpublish/", need.response_unpublish, name="response_unpublish"),
    path("engagement/", need.engagement, name="engagement"),
]

urlpatterns = [*request_urls, *portal_urls, *links_urls, *enquiry_urls, *survey_urls, *need_urls]
