"""Opening a masked phone: the right to do so, and the trace it leaves (domain §3,
"Unmasked").
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from itertools import chain

from django.http import HttpRequest
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from minshi.errors import NoSuchRight, said
from minshi.text import Value, blanked
from minshi.text.neighbours import without_names
from villages.audit import record_audit, without_numbers_and_doors
from villages.audit_words import without_words_of_item
from villages.lookup import names_in
from villages.models import AuditRecord, Post, Resident, User, Village
from villages.models.audit import AuditKind
from villages.rights import UNMASK

# of the user who opens something, on a day, and why
NamesNobody = Callable[[User, date, str], str]
_blankers: list[NamesNobody] = []
# of a text, the names in it of those who are named to nobody
NamesHidden = Callable[[str], Iterable[str]]
_finders: list[NamesHidden] = []
# of rows of the audit log, what is blanked in their reasons, by the key of the row
WordsHidden = Callable[[Collection[AuditRecord]], Mapping[int, Iterable[Value]]]
_finders_of_words: list[WordsHidden] = []


def blank_in_reasons(blank: NamesNobody) -> None:
    """Let an app above take out of a reason whom it knows, as that app is made
    ready.
    """
    _blankers.append(blank)


def find_in_old_reasons(find: NamesHidden) -> None:
    """Let an app above find those whom a reason from before may name, as that app is
    made ready.
    """
    _finders.append(find)


def find_words_in_old_reasons(find: WordsHidden) -> None:
    """Let an app above find the words that a reason from before may have of what the
    row is about, as that app is made ready.
    """
    _finders_of_words.append(find)


def name_nobody_in(records: Collection[AuditRecord]) -> None:
    """Take out of the reasons of rows of the audit log, as they are shown, numbers,
    doors, whoever is named to nobody, and words that were noted to be blanked; and the
    words of items of agendas. Rows from before these were left out as they are written
    stay as they are for good.
    Three queries where a reason may name somebody and is about a matter.
    """
    together = "\n".join(record.reason for record in records if record.reason)
    names = list(chain.from_iterable(find(together) for find in _finders))
    words = [find(records) for find in _finders_of_words]
    for record in records:
        record.subject = without_words_of_item(record.subject)
        reason = record.reason
        for of_rows in words:  # before the names, which may stand within them
            reason = blanked(reason, of_rows.get(record.pk, ()))
        plain = without_names(reason, names)
        record.reason = without_numbers_and_doors(plain)


def may_unmask(user: User, on: date, village: Village) -> bool:
    """Tell whether a user may open personal values of a village: its secretary, or a
    supervisor above it.
    """
    return Village.objects.in_reach_of(user, on, UNMASK).filter(pk=village.pk).exists()


def open_phone(
    resident: Resident,
    *,
    by: User,
    post: Post,
    reason: str,
    at: datetime,
    request: HttpRequest | None = None,
) -> str:
    """Return a resident's phone in full and write who opened it, and why, to the audit
    log, which names no resident of the village and nobody who spoke in their territory.
    At most six queries for that.

    NoSuchRight: `post` is not a current secretary's or supervisor's post of `by` that
    reaches the resident's village. InputRefused: no reason was given.
    """
    on = localtime(at).date()
    village = resident.household.group.village

    holds_post = post.user_id == by.pk and post.is_current(on) and post.role in UNMASK
    if not holds_post or not may_unmask(by, on, village):
        text = _("Only the village secretary and the supervisor open a phone number.")
        raise NoSuchRight(text)
    reason = said(reason, reason=_("Say why you need the number."))

    neighbours = Resident.objects.filter(household__group__village=village)
    reason = without_names(reason, names_in(reason, neighbours))
    for blank in _blankers:
        reason = blank(by, on, reason)

    subject = _("phone of resident %(id)s, %(village)s, as %(role)s") % {
        "id": resident.pk,
        "village": village,
        "role": post.get_role_display(),
    }
    record_audit(
        AuditKind.UNMASK,
        at=at,
        user=by,
        subject=subject,
        reason=reason,
        request=request,
    )
    return resident.phone or ""
