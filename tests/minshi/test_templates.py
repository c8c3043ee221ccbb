"""Templates read like the page: one element or block tag a line, indented by two.

The linter reads a template twice, with Django's lexer and, its tags blanked out, with
Python's HTML parser, and pairs what opens with what closes. A pair may stand wholly on
one line as a phrase (`<p>text <strong>x</strong></p>`), for a line break between inline
elements is a space on the page; all else stands on lines of its own.
"""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

import pytest
from django.template.base import DebugLexer, TokenType

from tests.environment import ROOT

COLUMNS, LINES, INDENT, LEVELS = 120, 80, 2, 3
VOID = "area base br col embed hr img input link meta source track wbr"
INLINE = (
    "a abbr b bdi br button code em i img input kbd label mark output q s samp select"
    " small span strong sub sup textarea time u wbr"
)
MIDDLE = {"elif", "else", "empty", "plural"}
ALONE = {"csrf_token", "extends"}
ALONE_BUT_IN_A_PHRASE = {"include", "load"}
FREE = {"pre", "textarea"}  # every space in them is seen


@dataclass(frozen=True)
class Mark:
    """A tag of either language, from `start` to `end`, counted in characters."""

    kind: str  # open, middle, close or single
    name: str
    start: int
    end: int
    is_block: bool = False  # {% if %} and the like; else an element


@dataclass(frozen=True)
class Pair:
    opening: Mark
    middles: tuple[Mark, ...]
    closing: Mark

    def holds(self, place: int) -> bool:
        return self.opening.end <= place < self.closing.start


class Elements(HTMLParser):
    """Collect the start and end tags of a page with their places."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.found: list[Mark] = []
        self.feed(text)
        self.close()

    def place(self) -> int:
        line, column = self.getpos()
        before = self.text.split("\n")[: line - 1]
        return sum(len(each) + 1 for each in before) + column

    def handle_starttag(self, tag: str, attrs: object) -> None:
        kind = "single" if tag in VOID.split() else "open"
        end = self.place() + len(self.get_starttag_text() or "")
        self.found.append(Mark(kind, tag, self.place(), end))

    def handle_endtag(self, tag: str) -> None:
        end = self.text.index(">", self.place()) + 1
        self.found.append(Mark("close", tag, self.place(), end))


class Template:
    """The marks of a template, the lines they stand on, and what is wrong with them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.split("\n")
        self.faults: dict[int, str] = {}  # the first of a line is enough to mend it

        tags, blank = self.read_tags()
        self.elements = Elements(blank).found
        outside = [tag for tag in tags if not self.is_attribute(tag)]
        self.marks = sorted(self.elements + outside, key=lambda mark: mark.start)
        self.pairs = self.read_pairs()

    def read_tags(self) -> tuple[list[Mark], str]:
        """Return Django's tags, and the text with them blanked out."""
        tokens = DebugLexer(self.text).tokenize()
        names = {
            token.contents.split()[0]
            for token in tokens
            if token.token_type == TokenType.BLOCK
        }
        tags, blank = [], self.text
        for token in tokens:
            if token.token_type == TokenType.TEXT:
                continue
            start, end = token.position
            blank = blank[:start] + " " * (end - start) + blank[end:]

            if token.token_type == TokenType.BLOCK:
                name = token.contents.split()[0]
                kind = "open" if f"end{name}" in names else "single"
                if name in MIDDLE:
                    kind = "middle"
                elif name.startswith("end"):
                    kind, name = "close", name.removeprefix("end")
                tags.append(Mark(kind, name, start, end, is_block=True))

        return tags, blank

    def is_attribute(self, tag: Mark) -> bool:
        return any(each.start < tag.start < each.end for each in self.elements)

    def read_pairs(self) -> list[Pair]:
        pairs: list[Pair] = []
        unclosed: list[tuple[Mark, list[Mark]]] = []

        for mark in self.marks:
            if mark.kind == "open":
                unclosed.append((mark, []))
            elif mark.kind == "middle":
                if not unclosed or not unclosed[-1][0].is_block:
                    return self.crossed(mark, unclosed)
                unclosed[-1][1].append(mark)
            elif mark.kind == "close":
                if not unclosed or not matches(unclosed[-1][0], mark):
                    return self.crossed(mark, unclosed)
                opening, middles = unclosed.pop()
                pairs.append(Pair(opening, tuple(middles), mark))

        if unclosed:
            opening = unclosed[-1][0]
            self.blame(opening.start, f"{said(opening)} is never closed")
            return []
        return pairs

    def crossed(
        self, mark: Mark, unclosed: list[tuple[Mark, list[Mark]]]
    ) -> list[Pair]:
        """Blame a mark that closes what is not open; the rest cannot be judged."""
        within = f" while {said(unclosed[-1][0])} is open" if unclosed else ""
        self.blame(mark.start, f"{said(mark)} stands here{within}")
        return []

    def line(self, place: int) -> int:
        """Return the number of the line, from 0."""
        return self.text.count("\n", 0, place)

    def blame(self, place: int, fault: str) -> None:
        self.faults.setdefault(self.line(place), fault)

    def is_alone(self, mark: Mark, to: Mark | None = None) -> bool:
        """Whether nothing else stands on the lines from one mark to another."""
        end = (to or mark).end
        before = self.text[: mark.start].rpartition("\n")[2]
        after = self.text[end:].partition("\n")[0]
        return not (before.strip() or after.strip())

    def is_phrase(self, pair: Pair) -> bool:
        return self.line(pair.opening.end) == self.line(pair.closing.start)

    def judge(self) -> list[str]:
        """Return what is wrong, each with the number of its line."""
        if not self.faults:
            self.judge_places()
            self.judge_indentation()
        self.judge_size()
        return [f"{line + 1}: {self.faults[line]}" for line in sorted(self.faults)]

    def judge_size(self) -> None:
        if len(self.lines) - 1 > LINES:
            self.faults[LINES] = f"the file has more than {LINES} lines"
        for number, line in enumerate(self.lines):
            if len(line) > COLUMNS:
                self.faults[number] = f"{len(line)} columns, {COLUMNS} at most"
            elif line != line.rstrip():
                self.faults[number] = "spaces at the end of the line"

    def judge_places(self) -> None:
        """Blame what shares a line and should not."""
        pair_of = {pair.opening: pair for pair in self.pairs}
        for mark in self.marks:
            pair = pair_of.get(mark)
            if self.stands_alone(mark) and not self.is_alone(
                mark, pair and pair.closing
            ):
                self.blame(mark.start, f"{said(mark)} shares its line")
            if pair and self.is_phrase(pair):
                if sum(each.holds(mark.start) for each in self.phrases()) >= LEVELS:
                    self.blame(mark.start, "a phrase nested too deep to read")
            elif pair:
                self.judge_ends(pair)

    def stands_alone(self, mark: Mark) -> bool:
        if mark.kind == "close":
            return False
        if mark.is_block:
            return mark.name in ALONE or (
                mark.name in ALONE_BUT_IN_A_PHRASE and not self.is_in_phrase(mark)
            )
        return mark.name not in INLINE.split()

    def judge_ends(self, pair: Pair) -> None:
        """Blame the marks of a pair of several lines that share theirs."""
        for mark in (pair.opening, *pair.middles, pair.closing):
            if not self.is_alone(mark) and pair.opening.name not in FREE:
                self.blame(mark.start, f"{said(mark)} shares its line")

    def phrases(self) -> list[Pair]:
        return [pair for pair in self.pairs if self.is_phrase(pair)]

    def judge_indentation(self) -> None:
        middles = {mark.start for pair in self.pairs for mark in pair.middles}
        start = 0
        for line in self.lines:
            column = len(line) - len(line.lstrip())
            place = start + column
            start += len(line) + 1
            around = [pair for pair in self.pairs if pair.holds(place)]
            if not line.strip() or any(each.opening.name in FREE for each in around):
                continue

            tag = next((e for e in self.elements if e.start < place < e.end), None)
            if tag:
                self.judge_continuation(tag, place, column)
                continue
            depth = len(around) - (place in middles)
            if column != depth * INDENT:
                self.blame(place, f"indented by {column}, not {depth * INDENT}")

    def judge_continuation(self, tag: Mark, place: int, column: int) -> None:
        own = tag.start - self.text.rfind("\n", 0, tag.start) - 1
        if column not in {own + 4, own + len(tag.name) + 2}:
            self.blame(place, "an attribute stands below the first one or 4 deeper")

    def is_in_phrase(self, mark: Mark) -> bool:
        """Whether a tag stands in a template or an element of one line."""
        return self.text.count("\n") <= 1 or any(
            pair.holds(mark.start) and not pair.opening.is_block
            for pair in self.phrases()
        )


def judge(text: str) -> list[str]:
    return Template(text).judge()


def matches(opening: Mark, closing: Mark) -> bool:
    return (opening.name, opening.is_block) == (closing.name, closing.is_block)


def said(mark: Mark) -> str:
    """Return a mark as it is written."""
    if mark.is_block:
        return f"{{% {'end' * (mark.kind == 'close')}{mark.name} %}}"
    return f"<{'/' * (mark.kind == 'close')}{mark.name}>"


def templates() -> list[str]:
    folder = ROOT / "templates"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.html"))


@pytest.mark.parametrize("name", templates())
def test_template_is_laid_out_to_be_read(name):
    text = (ROOT / "templates" / name).read_text()

    assert [f"templates/{name}:{fault}" for fault in judge(text)] == []


# {% blocktranslate with sheet=sheet.name count rows=sheet.rows %}: by then a text
COUNTED_OF_A_NAME_TAKEN = re.compile(
    r"blocktranslate\b[^%]*?\b(\w+)=[^%]*?\bcount \w+=\1[.|]"
)


@pytest.mark.parametrize("name", templates())
def test_a_sentence_counts_by_no_name_that_it_has_taken_for_something_else(name):
    text = (ROOT / "templates" / name).read_text()

    assert COUNTED_OF_A_NAME_TAKEN.findall(text) == []


def test_a_count_of_a_name_taken_is_found():
    tag = "{% blocktranslate with sheet=sheet.name count rows=sheet.rows %}"

    assert COUNTED_OF_A_NAME_TAKEN.findall(tag) == ["sheet"]


GOOD = """\
{% extends "base.html" %}
{% load i18n %}

{% block title %}{% translate "Board" %}{% endblock %}

{% block main %}
  <h1>Board <small>{% if here %}{{ here }}{% else %}nowhere{% endif %}</small></h1>
  {% for row in rows %}
    <p class="a{% if row.late %} late{% endif %}"
       id="{{ row.pk }}">{{ row }}</p>
    <a href="{% url "cases:detail" row.number %}"
        class="row">
      {{ row }},
      <br>
      <b>{{ row.day }}</b> {{ row.place }}
    </a>
  {% empty %}
    <pre>
 as {{ typed }}</pre>
    {% include "_none.html" %}
  {% endfor %}
{% endblock main %}
"""


def test_linter_has_nothing_against_a_good_template():
    assert judge(GOOD) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        # size
        (f"<p>{'x' * 114}</p>\n", "1: 121 columns, 120 at most"),
        ("<p>x</p>\n" * 81, "81: the file has more than 80 lines"),
        ("<p>x</p> \n", "1: spaces at the end of the line"),
        # pairs
        ("<div>\n", "1: <div> is never closed"),
        ("<p><b>x</p></b>\n", "1: </p> stands here while <b> is open"),
        ("</p>\n", "1: </p> stands here"),
        (
            "{% if a %}\n  <ul>\n{% endif %}\n",
            "3: {% endif %} stands here while <ul> is open",
        ),
        (
            "{% if a %}\n  <b>\n{% else %}\n  </b>\n{% endif %}\n",
            "3: {% else %} stands here while <b> is open",
        ),
        # lines of their own
        ("<ul><li>x</li></ul>\n", "1: <li> shares its line"),
        ("<p>x</p><p>y</p>\n", "1: <p> shares its line"),
        ("{% if a %}<p>x</p>{% endif %}\n", "1: <p> shares its line"),
        ("<div><b>x</b>\n</div>\n", "1: <div> shares its line"),
        ("<div>\n  <b>x</b></div>\n", "2: </div> shares its line"),
        ("{% if a %}x\n{% endif %}\n", "1: {% if %} shares its line"),
        (
            "{% if a %}\n  x\n{% else %}y\n{% endif %}\n",
            "3: {% else %} shares its line",
        ),
        ('{% extends "a" %}{% load b %}\n\n', "1: {% extends %} shares its line"),
        (
            "<form>{% csrf_token %}<b>x</b></form>\n",
            "1: {% csrf_token %} shares its line",
        ),
        ("<p><a><b><i>x</i></b></a></p>\n", "1: a phrase nested too deep to read"),
        # indentation
        ("<div>\n<p>x</p>\n</div>\n", "2: indented by 0, not 2"),
        ("<div>\n  x\n  </div>\n", "3: indented by 2, not 0"),
        (
            "{% if a %}\n  {% for b in a %}\n  x\n  {% endfor %}\n{% endif %}\n",
            "3: indented by 2, not 4",
        ),
        (
            "{% if a %}\n  x\n  {% else %}\n  y\n{% endif %}\n",
            "3: indented by 2, not 0",
        ),
        (
            '<p class="a"\n  id="b">x</p>\n',
            "2: an attribute stands below the first one or 4 deeper",
        ),
    ],
)
def test_linter_says_what_is_wrong_and_where(text, fault):
    assert judge(text) == [fault]


@pytest.mark.parametrize(
    "text",
    [
        f"<p>{'x' * 113}</p>\n",
        "<p>x</p>\n" * 80,
        "<dt><kbd>N</kbd></dt>\n<dd>{% if a %}<b>x</b>{% else %}y{% endif %}</dd>\n",
        "{% load i18n %}{% if count %}<b>{{ count }}</b>{% endif %}\n",
        "{% blocktranslate trimmed %}\n  one\n{% plural %}\n  many\n{% endblocktranslate %}\n",
        '<input name="a"{% if b %} checked{% endif %}>\n',
    ],
)
def test_linter_lets_a_phrase_stand_on_its_line(text):
    assert judge(text) == []
