"""What people do with an import: upload a list, say what its columns are, have it
entered, take it back.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import IO

from django.db import transaction
from django.http import HttpRequest
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from minshi.text import clean_line
from villages.audit import record_audit
from villages.imports.kinds import KINDS, Kind, roles_by_kind, title_of
from villages.imports.mapping import (
    check_mapping,
    described,
    first_mapping,
    is_all_of,
    needs_village,
)
from villages.imports.passwords import renewable_passwords
from villages.imports.reading import open_file
from villages.imports.reading.recognising import LARGEST_FILE
from villages.models import ImportRow, ImportRun, Town, User, Village
from villages.models.audit import AuditKind
from villages.models.imports import IS_IN, ImportRunQuerySet, ImportState, Verdict

KEPT = timedelta(days=30)
LONGEST_NAME = 120
NOT_ENTERED = (ImportState.MAPPING, ImportState.CHECKED, ImportState.FAILED)


@dataclass(frozen=True)
class ListPlace:
    """The place of which a list is: a village, or a town with its villages."""

    town: Town
    village: Village | None = None

    @property
    def key(self) -> str:
        """The place in an address: v12, t3."""
        return f"v{self.village.pk}" if self.village else f"t{self.town.pk}"

    @property
    def label(self) -> str:
        return str(self.village or self.town)


def places_for(kind: Kind, user: User, on: date) -> list[ListPlace]:
    """Return the places whose lists of a kind a user may import: their villages, their
    towns, the towns of their county; for an administrator every town.
    """
    reach = user.reach(on, kind.roles)
    places: list[ListPlace] = []

    if kind.is_of_village and reach.villages:
        villages = Village.objects.filter(pk__in=reach.villages)
        for village in villages.select_related("town"):
            places.append(ListPlace(village.town, village))

    if kind.is_of_town:
        towns = Town.objects.in_reach_of(user, on, kind.roles)
        if _is_of_no_place(kind, user, on):
            towns = Town.objects.all()
        elif not (reach.towns or reach.counties):
            towns = towns.none()
        places += [ListPlace(town) for town in towns]

    return places


def _is_of_no_place(kind: Kind, user: User, on: date) -> bool:
    """Tell whether a user imports a kind as an administrator, who serves everywhere."""
    return any(post.role in kind.roles and not post.place for post in user.posts_on(on))


def place_for(kind: Kind, user: User, on: date, key: str) -> ListPlace:
    """Return one of the places by its key; the only one without. InputRefused: none."""
    places = places_for(kind, user, on)
    if not key and len(places) == 1:
        return places[0]
    for place in places:
        if place.key == key:
            return place
    raise InputRefused.at(at=_("Choose whose list it is."))


def runs_in_sight(user: User, on: date) -> ImportRunQuerySet:
    """Return the imports that a user might have made themself: they hold the names and
    telephones of a place.
    """
    runs = ImportRun.objects.in_reach_of(user, on, roles_by_kind())
    return runs.select_related("town", "village", "by").defer("content", "samples")


def upload(
    kind: Kind,
    place: ListPlace,
    file: IO[bytes],
    name: str,
    *,
    by: User,
    at: datetime,
    again: bool = False,
    request: HttpRequest | None = None,
) -> ImportRun:
    """Store a list and find out what its sheets and columns seem to be.

    The same file under way already is the one there is. NoSuchRight: not a list that
    the user may import. InputRefused: the file cannot be read, in words that say what
    to do; or it was entered already, and nobody said `again`.
    """
    _check_right(kind, place, by, at)
    content = file.read(LARGEST_FILE + 1)
    file_hash = hashlib.sha256(content).hexdigest()

    same = ImportRun.objects.filter(
        kind=kind.key, town=place.town, village=place.village, file_hash=file_hash
    )
    under_way = same.filter(by=by, state=ImportState.MAPPING)
    if run := under_way.first():
        return run
    entered = same.filter(state__in=IS_IN).first()
    if entered and not again:
        words = _(
            "This very file was entered on %(day)s already. Tick to enter it again."
        )
        day = localtime(entered.entered_at).date().isoformat()
        raise InputRefused.at(again=words % {"day": day})

    reading: dict[str, str] = {}
    sheets = open_file(content, reading)
    about, samples = described(sheets, kind, place.village)
    with transaction.atomic():
        # a second click reads the file as long as the first, and then waits here
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        if stored := under_way.first():
            return stored
        run = ImportRun.objects.create(
            kind=kind.key,
            town=place.town,
            village=place.village,
            state=ImportState.MAPPING,
            file_name=clean_line(name)[-LONGEST_NAME:],
            file_hash=file_hash,
            content=base64.b64encode(content).decode(),
            reading=reading,
            sheets=about,
            samples=json.dumps(samples, ensure_ascii=False),
            mapping=first_mapping(about, kind, place.town, place.village),
            total=sum(sheet["rows"] for sheet in about if sheet["chosen"]),
            by=by,
            at=at,
        )
        _record(_("uploaded: %(list)s"), run, by, at, request)
    return run


def reread(
    run: ImportRun,
    reading: Mapping[str, str],
    heads: Mapping[int, int],
    *,
    by: User,
    at: datetime,
) -> ImportRun:
    """Read the file of a run in another encoding, with another separator, or with its
    heads in other rows (from 0).

    NoSuchRight as `upload`. InputRefused: it cannot be read so. MoveRefused: its
    columns are confirmed already.
    """
    kind = KINDS[run.kind]
    _check_right(kind, ListPlace(run.town, run.village), by, at)
    _must_be(run, ImportState.MAPPING)

    # which takes seconds, and nothing is locked so long
    named = dict(reading)
    sheets = open_file(base64.b64decode(run.content or ""), named)
    about, samples = described(sheets, kind, run.village, heads)

    with transaction.atomic():
        run = _locked(run, by, at)
        _must_be(run, ImportState.MAPPING)
        run.reading = named
        run.sheets = about
        run.samples = json.dumps(samples, ensure_ascii=False)
        run.mapping = first_mapping(about, kind, run.town, run.village)
        run.save(update_fields=["reading", "sheets", "samples", "mapping"])
    return run


@transaction.atomic
def confirm_columns(
    run: ImportRun,
    mapping: Mapping[str, str],
    chosen: set[int],
    *,
    by: User,
    at: datetime,
    village: str = "",
) -> ImportRun:
    """Take what each heading is and which sheets are read; a job then reads and checks
    the rows. Also after the check, to say it anew.

    `village` is the code of the one of which a town's list is, where it says so nowhere
    itself. NoSuchRight as `upload`. InputRefused: a column that is needed is missing,
    two are said to be the same, or the town has no such village. MoveRefused: it is
    being entered, or was.
    """
    run = _locked(run, by, at)
    _must_be(run, ImportState.MAPPING, ImportState.CHECKED)
    kind = KINDS[run.kind]
    columns = kind.columns_for(run.village)
    keys = {column.key for column in columns}

    for nth, sheet in enumerate(run.sheets):
        sheet["chosen"] = nth in chosen
    is_all_of(_village_with(village, run, kind), run.sheets)
    run.mapping = {
        heading: key if key in keys else "" for heading, key in mapping.items()
    }
    check_mapping(run.mapping, run.sheets, columns)

    ImportRow.objects.filter(run=run).delete()
    run.state = ImportState.READING
    run.done = 0
    run.total = sum(sheet["rows"] for sheet in run.sheets if sheet["chosen"])
    run.save(update_fields=["sheets", "mapping", "state", "done", "total"])
    return run


@transaction.atomic
def enter(
    run: ImportRun,
    *,
    good_only: bool,
    by: User,
    at: datetime,
    request: HttpRequest | None = None,
) -> ImportRun:
    """Have a checked list entered, all of it or its good rows alone; a job does it.

    Again where it is being entered: nothing happens. InputRefused: it has faults and
    nobody said that its good rows are enough; or nothing in it is new. MoveRefused: it
    was not checked.
    """
    run = _locked(run, by, at)
    if run.state in (ImportState.ENTERING, *IS_IN):
        return run
    _must_be(run, ImportState.CHECKED)

    if run.counts.get(Verdict.FAULTY) and not good_only:
        words = _(
            "Some rows have faults. Mend them, or tick that only the others go in."
        )
        raise InputRefused.at(good_only=words)
    if not run.counts.get(Verdict.NEW) and not run.counts.get(Verdict.CHANGED):
        raise InputRefused(_("Nothing in this list is new."))

    run.state = ImportState.ENTERING
    run.good_only = good_only
    run.done = 0
    run.total = run.counts.get(Verdict.NEW, 0) + run.counts.get(Verdict.CHANGED, 0)
    run.save(update_fields=["state", "good_only", "done", "total"])
    _record(_("entered: %(list)s"), run, by, at, request)
    return run


@transaction.atomic
def take_back(
    run: ImportRun, *, by: User, at: datetime, request: HttpRequest | None = None
) -> ImportRun:
    """Have a list taken out again; rows that somebody changed or used since stay. Also
    one that failed half in.

    Again where it is being taken back: nothing happens. MoveRefused: it was not
    entered, longer than 30 days ago, or is of a kind that stays.
    """
    run = _locked(run, by, at)
    if run.state in (ImportState.TAKING_BACK, ImportState.TAKEN_BACK):
        return run
    _must_be(run, ImportState.ENTERED, ImportState.FAILED)
    if not may_be_taken_back(run, at):
        raise MoveRefused(_("This list cannot be taken back any more."))

    run.state = ImportState.TAKING_BACK
    run.done = 0
    run.total = run.rows.filter(is_entered=True).count()
    run.trouble = ""
    run.save(update_fields=["state", "done", "total", "trouble"])
    _record(_("taken back: %(list)s"), run, by, at, request)
    return run


@transaction.atomic
def renew_passwords(
    run: ImportRun, *, by: User, at: datetime, request: HttpRequest | None = None
) -> ImportRun:
    """Have new one-time passwords made for all accounts of a list whose strips were
    printed and not used yet, in the place of those on the strips; a job does it.

    Again where they are being made: nothing happens. NoSuchRight as `upload`.
    InputRefused: no such account is left. MoveRefused: it was not entered.
    """
    run = _locked(run, by, at)
    if run.state == ImportState.RENEWING:
        return run
    _must_be(run, ImportState.ENTERED)

    unused = renewable_passwords(run)
    if not unused:
        raise InputRefused(_("No printed one-time password of this list is unused."))

    run.state = ImportState.RENEWING
    run.done = 0
    run.total = unused
    run.trouble = ""
    run.save(update_fields=["state", "done", "total", "trouble"])
    _record(_("had new one-time passwords made: %(list)s"), run, by, at, request)
    return run


@transaction.atomic
def drop(
    run: ImportRun, *, by: User, at: datetime, request: HttpRequest | None = None
) -> None:
    """Give up a list that was not entered; its file and rows go at once.

    NoSuchRight as `upload`. MoveRefused: it is being entered, or was, if only by half.
    """
    run = _locked(run, by, at)
    if run.state == ImportState.DROPPED:
        return
    _must_be(run, *NOT_ENTERED, ImportState.READING)
    if may_be_taken_back(run, at):
        raise MoveRefused(_("Rows of this list are in; take it back first."))

    ImportRow.objects.filter(run=run).delete()
    run.state = ImportState.DROPPED
    run.content = ""
    run.samples = ""
    run.save(update_fields=["state", "content", "samples"])
    _record(_("given up: %(list)s"), run, by, at, request)


def may_be_taken_back(run: ImportRun, at: datetime) -> bool:
    """Tell whether a list is of a kind that can be taken back, and was entered at most
    30 days ago, or failed half in.
    """
    if not KINDS[run.kind].can_be_taken_back:
        return False
    if run.state == ImportState.ENTERED and run.entered_at:
        return at - run.entered_at <= KEPT

    is_failed = run.state == ImportState.FAILED and at - run.at <= KEPT
    return is_failed and run.rows.filter(is_entered=True).exists()


def forget_old(at: datetime) -> int:
    """Remove files and rows of imports that were uploaded KEPT ago, whatever became of
    them, and return of how many. Their counts stay.
    """
    old = ImportRun.objects.filter(at__lt=at - KEPT).exclude(entered_at__gte=at - KEPT)
    keys = list(old.filter(rows__isnull=False).distinct().values_list("pk", flat=True))
    ImportRow.objects.filter(run__in=keys).delete()
    old.update(content="", samples="")
    old.filter(state__in=NOT_ENTERED).update(state=ImportState.DROPPED)
    return len(keys)


def _village_with(code: str, run: ImportRun, kind: Kind) -> Village | None:
    """Return the village with a code; None without one. InputRefused: the town has none
    with it, or its list names no villages.
    """
    if not code:
        return None
    found = run.town.villages.filter(code=code).first()
    if found is None or not needs_village(run, kind):
        raise InputRefused.at(village=_("Choose a village of the town."))
    return found


def _check_right(kind: Kind, place: ListPlace, by: User, at: datetime) -> None:
    """NoSuchRight: the user imports no such list of that place."""
    places = places_for(kind, by, localtime(at).date())
    if all(own.key != place.key for own in places):
        raise NoSuchRight(_("Lists of this kind and place are not yours to import."))


def _locked(run: ImportRun, by: User, at: datetime) -> ImportRun:
    """Return a run locked for a step. NoSuchRight: not a list that the user may import
    at that moment.
    """
    run = (
        ImportRun.objects.select_for_update(of=("self",), no_key=True)
        .select_related("town", "village")
        .get(pk=run.pk)
    )
    _check_right(KINDS[run.kind], ListPlace(run.town, run.village), by, at)
    return run


def _must_be(run: ImportRun, *states: ImportState) -> None:
    if run.state not in states:
        words = _("This list is at another step already: %(state)s.")
        raise MoveRefused(words % {"state": run.get_state_display()})


def _record(
    text: str, run: ImportRun, by: User, at: datetime, request: HttpRequest | None
) -> None:
    subject = text % {"list": title_of(run)}
    record_audit(AuditKind.IMPORT, at=at, user=by, subject=subject, request=request)
