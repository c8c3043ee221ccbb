"""Reasons as the audit log has them: why something was opened, printed or taken away,
in words that name nobody. And reasons about several matters, as everybody reads them.

The auditor reads them, who may open no matter, and no row of the log ever changes. So
they are blanked for everybody, whatever their writer may know; what they typed is shown
to no other, so that nobody learns by it who spoke.
"""

import re
from collections.abc import Collection, Iterable
from datetime import date, datetime
from itertools import chain
from typing import Protocol

from django.db.models import OuterRef, Q, QuerySet, Subquery

from cases.models import Case, CoSpeaker, Event
from cases.models.choices import Confidentiality
from cases.models.scope import HIDES_SPEAKER, CaseQuerySet, Sight
from cases.privacy.personal import NAMES, also_hidden, finders_of, values_of
from cases.privacy.redactor import personal_redactor
from cases.workflow.actions import Action
from cases.workflow.numbering import whole_numbers_within
from cases.workflow.pasted import neighbours_of
from minshi.text import HAN, AnyPhone, Letters, Phrase, Value, blanked
from minshi.text.folding import MIDDLE_DOTS, any_of
from minshi.text.letters import in_simplified
from minshi.text.neighbours import without_names
from minshi.text.simplified import forms_of_names
from villages.lookup import names_in, neighbours_named_in, pieces_like_names
from villages.models import AuditRecord, User, Village
from villages.naming import compound_surname_of

# 张长生, 阿依古丽·买买提: of what is noted with a matter, what is a name
NAME = re.compile(rf"[{HAN}]{{2,4}}|[{HAN}]+(?:{any_of(MIDDLE_DOTS)}[{HAN}]+)+")


class HasReason(Protocol):
    """A row with a reason about several matters, and the moment it was written."""

    reason: str
    at: datetime


def reason_about(case: Case, user: User, on: date, reason: str) -> str:
    """Return a reason about one matter without who spoke in it and their own words, and
    with 张某 for residents of its village and for whoever spoke elsewhere in the user's
    territory: 慕容雪梅反映他家占路 is why the neighbour is rung. At most six queries.
    """
    plain = personal_redactor(case)(reason)
    plain = without_names(plain, names_in(plain, neighbours_of(case)))
    return reason_of(user, on, plain)


def reason_of(user: User, on: date, reason: str) -> str:
    """Return a reason about many matters with 张某 for whoever spoke in the user's
    territory, or lives there. At most five queries.
    """
    sight = Sight.of(user, on)
    cases = Case.objects.filter(sight.territory())
    return naming_nobody_of(cases, Village.objects.within(sight.reach), reason)


def naming_nobody_of(
    cases: CaseQuerySet, villages: QuerySet[Village], reason: str
) -> str:
    """Return a reason with 张某 for whoever spoke in one of these matters or lives in
    one of these villages. At most four queries.

    Of matters in confidence every name is compared that is noted with them; of the
    others, which are many, those asked for by what in the reason is like a name.
    """
    names = {*_names_in_confidence(cases), *_names_asked_for(cases, reason)}
    names |= set(neighbours_named_in(reason, villages))
    return without_names(reason, list(names))


def hidden_names_in(text: str) -> set[str]:
    """Return the names in a text of whoever spoke in confidence in any matter, in
    simplified characters. Two queries, none where nothing in it is like a name.
    """
    in_confidence = Case.objects.exclude(confidentiality=Confidentiality.NORMAL)
    return _names_asked_for(in_confidence, text)


def hidden_phrases_in(records: Collection[AuditRecord]) -> dict[int, list[Phrase]]:
    """Return what somebody noted to be blanked in the matters that rows of the audit
    log are about, by the key of the row: in those that it names by number.

    Not of others, of which a reason about many may speak: a phrase of two characters
    stands in ordinary words. One query, none where no number is named.
    """
    numbers: dict[int, list[str]] = {}
    for record in records:
        if record.reason:
            together = f"{record.subject}\n{record.reason}"
            numbers[record.pk] = whole_numbers_within(together)

    named = set(chain.from_iterable(numbers.values()))
    if not named:
        return {}

    hid = Case.objects.filter(HIDES_SPEAKER, number__in=named)
    phrases: dict[str, list[Phrase]] = {}
    for case in hid.only("number", "also_hidden"):
        phrases[case.number] = [Phrase(words) for words in also_hidden(case)]

    found: dict[int, list[Phrase]] = {}
    for key, of_row in numbers.items():
        of_cases = (phrases.get(number, []) for number in of_row)
        found[key] = list(chain.from_iterable(of_cases))
    return found


def show_reasons(written: Collection[HasReason]) -> None:
    """Put the reasons of rows as they are read in the place of those that are stored:
    without telephones, and without who spoke in a matter that was hidden only after the
    row was written.

    What was hidden before is not looked for: whoever wrote may not have known it, and
    would be told by what is blanked. At most three queries, none where nothing in them
    is like a name.
    """
    if not written:
        return

    earliest = min(row.at for row in written)
    together = "\n".join({row.reason for row in written})
    hidden_later = []
    for case in _named_and_hidden_after(earliest, together):
        hidden_later.append((vars(case)["hid_at"], finders_of(case)))

    for row in written:
        values: list[Value] = [AnyPhone()]
        for hid_at, finders in hidden_later:
            if hid_at > row.at:
                values += finders
        row.reason = blanked(row.reason, values)


def _named_and_hidden_after(moment: datetime, text: str) -> CaseQuerySet:
    """Return the matters hidden after a moment whose speakers a text may name, each
    with the moment since which it is hidden, as `hid_at`: until then it was open.
    """
    pieces = pieces_like_names(text)
    if not pieces:
        return Case.objects.none()

    protected = Event.objects.filter(
        case=OuterRef("pk"), action=Action.PROTECT, data__old=Confidentiality.NORMAL
    )
    last = protected.order_by("-at").values("at")[:1]
    hid = Case.objects.filter(HIDES_SPEAKER).annotate(hid_at=Subquery(last))

    forms = forms_of_names(pieces)
    with_them = CoSpeaker.objects.filter(name__in=forms).values("case")
    named = Q(speaker_name__in=forms) | Q(proxy_speaker__in=forms) | Q(pk__in=with_them)
    return hid.filter(named, hid_at__gt=moment).select_related("town")


def _names_in_confidence(cases: CaseQuerySet) -> Iterable[str]:
    hid = cases.exclude(confidentiality=Confidentiality.NORMAL)
    read = hid.only(*NAMES, "also_personal", "of_register").order_by()
    for case in read.iterator():
        # a field of a name holds one, however long: 阿不都热合曼
        names = {getattr(case, field) or "" for field in NAMES}
        names |= set(filter(NAME.fullmatch, values_of(case, NAMES)))
        # 慕容大姐 is told by a surname of two characters alone
        names |= set(map(compound_surname_of, names))
        yield from filter(None, map(in_simplified, names))


def _names_asked_for(cases: CaseQuerySet, reason: str) -> set[str]:
    """Return the pieces of a reason that are names of whoever spoke, in simplified
    characters, whatever they were taken down in.
    """
    pieces = pieces_like_names(reason)
    if not pieces:
        return set()

    forms = forms_of_names(pieces)
    named = Q(speaker_name__in=forms) | Q(proxy_speaker__in=forms)
    speakers = cases.filter(named).order_by().values_list(*NAMES)
    found = set(chain.from_iterable(speakers))
    others = CoSpeaker.objects.filter(case__in=cases, name__in=forms)
    found |= set(others.values_list("name", flat=True))
    return pieces & {Letters(name).plain for name in found}
