"""Reasons as the audit log has them: why something was opened, printed or taken away,
in words that name nobody.

The auditor reads them, who may open no matter, and no row of the log ever changes. So
they are blanked for everybody, whatever their writer may know; what they typed is shown
to no other, so that nobody learns by it who spoke.
"""

import re
from collections.abc import Collection, Iterable
from datetime import date
from itertools import chain

from django.db.models import Q, QuerySet

from cases.models import Case, CoSpeaker
from cases.models.choices import Confidentiality
from cases.models.scope import HIDES_SPEAKER, CaseQuerySet, Sight
from cases.privacy.personal import NAMES, also_hidden, values_of
from cases.privacy.redactor import personal_redactor
from cases.workflow.numbering import whole_numbers_within
from cases.workflow.pasted import neighbours_of
from minshi.text import HAN, Letters, Phrase
from minshi.text.folding import MIDDLE_DOTS, any_of
from minshi.text.letters import in_simplified
from minshi.text.neighbours import without_names
from minshi.text.simplified import forms_of_names
from villages.lookup import names_in, neighbours_named_in, pieces_like_names
from villages.models import AuditRecord, User, Village
from villages.naming import compound_surname_of

# 张长生, 阿依古丽·买买提: of what is noted with a matter, what is a name
NAME = re.compile(rf"[{HAN}]{{2,4}}|[{HAN}]+(?:{any_of(MIDDLE_DOTS)}[{HAN}]+)+")


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
