"""Reading pages in tests."""

import re

BLOCK = (
    "article|aside|body|button|caption|dd|details|div|dl|dt|fieldset|figure|footer|form|h[1-6]|head|header|html|legend|"
    "li|main|nav|noscript|ol|option|p|section|select|summary|svg|table|tbody|td|tfoot|th|thead|tr|ul"
)


def tight(page):
    """Return an answer, or its text, on one line and without the space around its blocks.

    Browsers do not show that space: it says how a template is laid out, and no test should depend on it.
    """
    text = page if isinstance(page, str) else page.content.decode()
    one_line = re.sub(r"[ \n]+", " ", text)
    return re.sub(rf" ?(</?(?:{BLOCK})\b[^>]*>) ?", r"\1", one_line)
