"""The bell and the calendar in a real browser: sound for axe, nothing to scroll sideways, also on a phone."""

import pytest

from nso_contacts.notifications import actions
from nso_contacts.office import clock
from tests.factories import PersonFactory, TaskFactory

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = ["/notifications/", "/notifications/?show=all&kind=overdue", "/calendar/", "/calendar/?whose=all&view=list"]


def test_the_pages_are_sound_wide_and_narrow_and_a_line_opens_its_record(page, sign_in, axe, liaison, statistician):
    for days in (-2, 0, 0, 0, 0, 0):
        person = PersonFactory(name="Nguyễn Thị Lan Anh-Montgomery-Featherstonehaugh")
        task = TaskFactory(assignee=liaison, in_days=days, person=person)
        actions.tell("stakeholders.task_assigned", task, [liaison], actor=statistician)
    sign_in(page, liaison)
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        for address in PAGES:
            page.goto(address)
            axe(page)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (width, address)

    page.goto("/calendar/")
    assert page.locator(f'td:has(time[datetime="{clock.today()}"])').get_by_role("link", name="All 5").is_visible()
    page.get_by_role("link", name="Notifications, 6 unread").click()
    page.get_by_role("button", name="Task for you").first.press("Enter")
    page.wait_for_url("**/tasks/*/")
    assert page.get_by_role("link", name="Notifications, 5 unread").is_visible()
