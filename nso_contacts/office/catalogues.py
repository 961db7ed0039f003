"""The texts marked for translation in templates and modules, and what a catalogue (`django.po`) says of them."""

import ast
import gettext
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation.template import templatize

# How each function that marks a text is called: the places of the context and of the text among its arguments.
MARKS = {
    "_": (None, 0),
    "gettext": (None, 0),
    "gettext_lazy": (None, 0),
    "gettext_noop": (None, 0),
    "ngettext": (None, 0),
    "ngettext_lazy": (None, 0),
    "pgettext": (0, 1),
    "pgettext_lazy": (0, 1),
    "npgettext": (0, 1),
    "npgettext_lazy": (0, 1),
}
# Calls in what Django makes of a template; everything else in it is blanked out.
CALL = re.compile(r"""\b(n?p?gettext|_)\((?:u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?:, ?)?)+""")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|%([sd])")
NUMBERS = range(1000)
# A plural form for fewer numbers than this may be all words, as in gettext's own check: “no request”, “two requests”.
FEW = 5

Key = tuple[str, str]  # context and text


@dataclass
class Entry:
    """An entry of a catalogue."""

    context: str = ""
    text: str = ""
    plural: str = ""
    translations: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    @property
    def is_sure(self) -> bool:
        """Whether it is translated whole and no guess."""
        return bool(self.translations) and all(self.translations) and not self.is_guess

    @property
    def is_guess(self) -> bool:
        """Whether it was taken over from a similar text: flagged as that, or with the old text still beside it."""
        return any(line.startswith("#|") or re.match(r"#,.*\bfuzzy\b", line) for line in self.comments)

    @property
    def is_formatted(self) -> bool:
        """Whether values are put into it with `%`."""
        return any(re.match(r"#,.*(?<!no-)python-format", line) for line in self.comments)


def read(catalogue: Path) -> list[Entry]:
    """Return the entries of a catalogue, blank lines between them or not; its head is the entry with an empty text."""
    entries: list[Entry] = []
    current, part = Entry(), ""
    for line in catalogue.read_text().splitlines():
        if line.startswith("#~"):
            continue
        keyword, text = line.split(" ", 1)[0], "".join(ast.literal_eval(f'"{part}"') for part in QUOTED.findall(line))
        if part.startswith("msgstr") and (line.startswith("#") or keyword in ("msgctxt", "msgid")):
            entries.append(current)
            current, part = Entry(), ""
        if line.startswith("#"):
            current.comments.append(line)
        elif line:
            part = keyword if keyword.startswith("msg") else part
            _add(current, part, text, begins=keyword.startswith("msg"))
    return [*entries, current] if part else entries


def _add(entry: Entry, part: str, text: str, *, begins: bool) -> None:
    """Add a line to a part of an entry."""
    if part == "msgctxt":
        entry.context += text
    elif part == "msgid":
        entry.text += text
    elif part == "msgid_plural":
        entry.plural += text
    elif begins:
        entry.translations.append(text)
    else:
        entry.translations[-1] += text


def mistakes(entries: Iterable[Entry]) -> Iterator[tuple[str, str]]:
    """Yield (text, what is wrong) for each guess and each translation whose placeholders are not those of the text."""
    forms = _forms(entries := list(entries))
    for entry in entries:
        if not entry.text:
            continue
        if entry.is_guess:
            yield entry.text, "was guessed from a similar text"
        if entry.is_formatted and (wrong := _misformatted(entry, forms)):
            yield entry.text, f"has other placeholders in “{wrong}”"


def _forms(entries: Iterable[Entry]) -> Counter[int]:
    """How many numbers each plural form of a language stands for, of the first thousand."""
    head = next((entry for entry in entries if not entry.text and entry.translations), None)
    rule = re.search(r"plural=(.*?);", head.translations[0]) if head else None
    which = gettext.c2py(rule.group(1)) if rule else int
    return Counter(which(number) for number in NUMBERS)


def _misformatted(entry: Entry, forms: Counter[int]) -> str:
    """Return the first translation that asks for a value the text does not have, or leaves one out.

    A plural form for few numbers may leave the number out.
    """
    offered = _placeholders(entry.text) | _placeholders(entry.plural)
    for form, translation in enumerate(entry.translations):
        used = _placeholders(translation)
        may_leave_out = bool(entry.plural) and forms[form] < FEW
        if translation and (used - offered or (used != offered and not may_leave_out)):
            return translation
    return ""


def _placeholders(text: str) -> set[str]:
    return {match.group() for match in PLACEHOLDER.finditer(text.replace("%%", ""))}


def marked(path: Path, names: Iterable[str] = ()) -> list[Key]:
    """Return the texts marked in a template or module, or in its definitions `names` alone (`DataRequest.Status`)."""
    if path.suffix != ".py":
        source = templatize(path.read_text(), origin=str(path))
        trees: list[ast.AST] = [ast.parse(f"{match.group()})") for match in CALL.finditer(source)]
    else:
        module = ast.parse(path.read_text())
        trees = [_definition(module, name) for name in names] or [module]
    return list(dict.fromkeys(key for tree in trees for key in _calls(tree)))


def _definition(module: ast.AST, name: str) -> ast.AST:
    """Return the class, function or assignment of this name; raise LookupError when there is none."""
    found: ast.AST = module
    for part in name.split("."):
        inside = [node for node in getattr(found, "body", []) if part in _names(node)]
        if not inside:
            raise LookupError(name)
        found = inside[0]
    return found


def _names(node: ast.AST) -> set[str]:
    """The names a statement defines."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}


def _calls(tree: ast.AST) -> Iterator[Key]:
    """Yield the texts of the calls that mark one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
            context, text = MARKS[node.func.id]
            said = [argument.value if isinstance(argument, ast.Constant) else None for argument in node.args]
            if len(said) > text and isinstance(said[text], str):
                yield str(said[context]) if context is not None else "", str(said[text])
