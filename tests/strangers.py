"""Every kind of stranger, and the cases that are none of their business, each with one
row of everything.
"""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from PIL import Image

from cases.attachments import attach
from cases.models import (
    Afterword,
    CallBack,
    Case,
    CaseAccess,
    Concern,
    FrozenLedger,
    FrozenRow,
    HandBack,
    JoinedVillage,
    MandatoryReport,
    Rating,
    RedEntry,
    Reply,
    TimeRequest,
)
from cases.workflow import Action, make_move
from minshi.crypto import masked_name, masked_phone
from supervision.models import (
    TrackedCase,
    TrackingMeeting,
)
from tests import roles
from tests.cases.roads import (
    DAY,
    NOON,
    Staff,
    accepted,
    decided,
    officer,
    rated,
    spoken,
    staff,
    words,
)
from tests.foreign_grid import grid_of
from tests.supervision.parts import chased
from tests.villages.factories import (
    GroupFactory,
    HouseholdFactory,
    OfficeFactory,
    ResidentFactory,
    TownFactory,
    UserFactory,
    VillageFactory,
)
from villages.lookup import index_residents
from villages.models import (
    Office,
    Post,
    User,
    Village,
)

STAFF_ROLES = (
    "duty_officer",
    "group_leader",
    "committee_member",
    "secretary",
    "reviewer",
    "county_reviewer",
    "office_handler",
    "supervisor",
    "county_supervisor",
)
ADMINISTRATORS = ("system_admin", "security_admin", "auditor")
VISITORS = ("anonymous", "inactive")
STRANGERS = (*STAFF_ROLES, *ADMINISTRATORS, "without_post", "superuser", *VISITORS)
OVERSEERS = ("reviewer", "county_reviewer", "supervisor", "county_supervisor")


@dataclass(frozen=True)
class Markers:
    """Words found in one hidden case and nowhere else."""

    sign: str
    phone: str

    @property
    def name(self) -> str:
        return f"欧阳隐{self.sign}"

    @property
    def friend(self) -> str:
        return f"诸葛隐{self.sign}"

    @property
    def spoken(self) -> dict[str, object]:
        return {
            "title": f"隐题{self.sign}题",
            "verbatim": f"隐话{self.sign}话，村口两盏太阳能灯坏了",
            "request_text": f"隐求{self.sign}求",
            "place": f"隐地{self.sign}地",
            "remark": f"隐注{self.sign}注",
            "speaker_name": self.name,
            "speaker_phone": self.phone,
            "speaker_address": f"隐址{self.sign}址",
            "proxy_speaker": f"慕容隐{self.sign}",
            "co_speakers": (self.friend,),
        }

    @property
    def decision(self) -> str:
        return f"隐议{self.sign}议"

    @property
    def note(self) -> str:
        return f"隐记{self.sign}记"

    def all(self) -> list[str]:
        given = [value for value in self.spoken.values() if isinstance(value, str)]
        given[1:2] = [f"隐话{self.sign}话"]
        return [
            *given,
            self.friend,
            self.decision,
            self.note,
            masked_name(self.name),
            masked_phone(self.phone),
        ]


MARKERS = {
    "foreign": Markers("甲", "13800137391"),
    "secret": Markers("乙", "13900138264"),
    "conflict": Markers("丙", "13700139157"),
}


@dataclass
class World:
    """A stranger, and three cases that are hidden from them, each with one row of
    everything that belongs to a case.
    """

    role: str
    user: User | None
    here: Staff
    own: Case
    hidden: dict[str, Case]
    # of the foreign village
    grid: dict[type[Model], Model] = field(default_factory=dict)

    @cached_property
    def needles(self) -> list[str]:
        plain = [word for markers in MARKERS.values() for word in markers.all()]
        return list(
            dict.fromkeys([*plain, *(json.dumps(word)[1:-1] for word in plain)])
        )


def neighbours(village: Village, of: Staff) -> Staff:
    """Another village under the same town and county people."""
    group, office = GroupFactory(village=village), OfficeFactory(town=village.town)
    return replace(
        of,
        town=village.town,
        village=village,
        group=group,
        office=office,
        duty=roles.duty_officer_of(village),
        secretary=roles.secretary_of(village),
        leader=roles.group_leader_of(group),
        member=roles.committee_member_of(village),
        handler=roles.handler_of(office),
    )


def foreign_place(role: str, here: Staff) -> Staff:
    """The nearest place that is foreign to the role: the next village, the next town,
    the next county.
    """
    if role in ("reviewer", "supervisor"):
        return staff()
    if role in ("county_reviewer", "county_supervisor"):
        village = VillageFactory(
            town=TownFactory(county_code="621202", county_name="武都区")
        )
        county = replace(
            here,
            county_reviewer=roles.reviewer_of_county("621202"),
            county_supervisor=roles.supervisor_of_county("621202"),
            reviewer=roles.reviewer_of(village.town),
            supervisor=roles.supervisor_of(village.town),
        )
        return neighbours(village, county)
    return neighbours(VillageFactory(town=here.town), here)


def stranger(role: str, here: Staff) -> Post | User | None:
    found: dict[str, Callable[[], Post | User | None]] = {
        "duty_officer": lambda: roles.duty_officer_of(here.village),
        "group_leader": lambda: here.leader,
        "committee_member": lambda: here.member,
        "secretary": lambda: here.secretary,
        "reviewer": lambda: roles.reviewer_of(here.town),
        "county_reviewer": lambda: roles.reviewer_of_county(here.town.county_code),
        "office_handler": lambda: here.handler,
        "supervisor": lambda: roles.supervisor_of(here.town),
        "county_supervisor": lambda: roles.supervisor_of_county(here.town.county_code),
        "system_admin": roles.system_admin,
        "security_admin": roles.security_admin,
        "auditor": roles.auditor,
        "without_post": UserFactory,
        "superuser": lambda: UserFactory(is_superuser=True, is_staff=True),
        "inactive": lambda: roles.secretary_of(
            here.village, user=UserFactory(is_active=False)
        ),
        "anonymous": lambda: None,
    }
    return found[role]()


def handed_over(case: Case, here: Staff, marks: Markers, to: Office) -> Case:
    return decided(here, accepted(here, case), lead=to, decision=marks.decision)


def secret_case(role: str, here: Staff, there: Staff, helpers: Office) -> Case:
    """Secret, within the stranger's territory, and they are not named in it."""
    marks = MARKERS["secret"]
    if (
        role == "secretary"
    ):  # every secretary is named at home: hers is the village that only joined
        case = accepted(there, spoken(there, confidentiality="secret", **marks.spoken))
        JoinedVillage.objects.create(case=case, village=here.village)
        return decided(there, case, lead=helpers, decision=marks.decision)
    case = spoken(here, confidentiality="secret", **marks.spoken)
    if (
        role == "reviewer"
    ):  # named while it was the town's, no longer at the county's level
        case = accepted(here, case)
        for post in (here.secretary, here.reviewer):
            case = make_move(
                case, Action.ESCALATE, by=officer(post), at=NOON, reason=marks.note
            )
        chosen = {"handling": "led", "decision": marks.decision, "lead": helpers}
        return make_move(
            case, Action.DECIDE, by=officer(here.county_reviewer), at=NOON, **chosen
        )
    if role == "office_handler":  # assigned once, returned, assigned elsewhere
        case = handed_over(case, here, marks, here.office)
        case = make_move(
            case, Action.RETURN, by=officer(here.handler), at=NOON, reason=marks.note
        )
        return decided(here, case, lead=helpers, decision=marks.decision)
    return handed_over(case, here, marks, helpers)


def closed_with(case: Case, note: str, by: Post) -> None:
    """A closed ledger of the case's village with a row and an entry in red about it."""
    day = NOON.date() + case.pk * DAY
    book = FrozenLedger.objects.create(
        ledger="general",
        village=case.village,
        town=None if case.village else case.town,
        first_on=day,
        last_on=day,
        columns=[["number", "事项编号"], ["content", "事项内容"]],
        rows=1,
        digest="0",
        frozen_at=NOON,
        frozen_by=by,
    )
    cells = {"number": case.number, "content": note}
    FrozenRow.objects.create(book=book, position=1, case=case, cells=cells)
    RedEntry.objects.create(
        book=book,
        case=case,
        column="content",
        was=note,
        now=note,
        reason=note,
        at=NOON,
        by=by,
    )


def with_every_part(case: Case, by: Post, elsewhere: Staff, marks: Markers) -> Case:
    """One row of every model that belongs to a case, by moves where a move makes it,
    else written down directly.
    """
    case = make_move(
        case,
        Action.AMEND,
        by=officer(by),
        at=NOON,
        place=f"隐地{marks.sign}地旁",
        remark=marks.note,
    )
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(picture, "JPEG")
    attach(
        case,
        SimpleUploadedFile("x.jpg", picture.getvalue(), "image/jpeg"),
        at=NOON,
        post=by,
    )
    answers = {"satisfaction": "satisfied", "solved": "yes", "how": "call"}
    other = elsewhere.duty
    TimeRequest.objects.create(
        case=case,
        round=1,
        kind="extension",
        reason=marks.note,
        until_on=(NOON + DAY).date(),
        asked_by=other,
        asked_at=NOON,
    )
    Reply.objects.create(case=case, round=1, at=NOON, text=marks.note, post=other)
    MandatoryReport.objects.create(
        case=case, at=NOON, told=marks.note, told_at=NOON, post=other
    )
    Rating.objects.create(case=case, round=1, at=NOON, reason=marks.note, **answers)
    CallBack.objects.create(case=case, at=NOON, note=marks.note, post=other, **answers)
    closed_with(case, marks.note, other)
    Afterword.objects.create(
        case=case,
        said_at=NOON,
        due_at=NOON + 3 * DAY,
        yellow_at=NOON + 2 * DAY,
        answered_at=NOON,
        end="answered",
        answered_by=other,
        answer=marks.note,
    )
    part = case.assignments.first()
    HandBack.objects.create(
        assignment=part,
        ground=marks.note,
        asked_by=other,
        asked_at=NOON,
        state="lapsed",
    )
    CaseAccess.objects.get_or_create(case=case, post=other)
    JoinedVillage.objects.get_or_create(case=case, village=elsewhere.village)
    Concern.objects.create(case=case, user=other.user)
    chased(case, marks.note, other)
    return case


def build(role: str) -> World:
    here = staff()
    there, elsewhere = foreign_place(role, here), staff()
    helpers = roles.handler_of(OfficeFactory(town=there.town)).office
    nearby = roles.handler_of(OfficeFactory(town=here.town)).office
    who = stranger(role, here)
    post = who if isinstance(who, Post) else None
    own = spoken(here, speaker_phone="13600131111")
    household = HouseholdFactory(group=there.group)
    resident = ResidentFactory(
        household=household,
        name=MARKERS["foreign"].name,
        phone=MARKERS["foreign"].phone,
    )
    index_residents([resident])

    hidden = {}
    foreign = spoken(there, resident=resident, **MARKERS["foreign"].spoken)
    foreign = handed_over(foreign, there, MARKERS["foreign"], helpers)
    hidden["foreign"] = with_every_part(
        foreign, there.duty, elsewhere, MARKERS["foreign"]
    )
    if (
        role != "office_handler"
    ):  # closed ones too, which the ledgers of results and ratings list
        rated_case(there, spoken(there, **MARKERS["foreign"].spoken), helpers)
    if role not in ("secretary", "reviewer"):  # named in what their own level settles
        rated_case(
            here,
            spoken(here, confidentiality="secret", **MARKERS["secret"].spoken),
            nearby,
        )
    secret = secret_case(role, here, there, nearby if role != "secretary" else helpers)
    recorder = there.duty if role == "secretary" else here.duty
    hidden["secret"] = with_every_part(secret, recorder, elsewhere, MARKERS["secret"])
    conflict = handed_over(
        spoken(here, **MARKERS["conflict"].spoken), here, MARKERS["conflict"], nearby
    )
    conflict = with_every_part(conflict, here.duty, elsewhere, MARKERS["conflict"])
    concerned = post.user if post and role in STAFF_ROLES else here.secretary.user
    hidden["conflict"] = make_move(
        conflict,
        Action.RECUSE,
        by=officer(here.county_supervisor),
        at=NOON,
        concerns=[concerned],
    )
    grid = grid_of(there, resident, hidden["foreign"], MARKERS["foreign"].note)
    for name, case in hidden.items():
        TrackedCase.objects.create(
            meeting=grid[TrackingMeeting],
            case=case,
            note=MARKERS[name].note,
            verdict="urged",
            said_at=NOON,
            said_by=there.duty,
        )
    return World(
        role, who.user if isinstance(who, Post) else who, here, own, hidden, grid
    )


def rated_case(place: Staff, case: Case, to: Office) -> Case:
    """The same words again in a closed case, which the ledgers of results and ratings
    list.
    """
    case = decided(place, accepted(place, case), lead=to)
    for action, by, at in (
        (Action.COMPLETE, to.posts.first(), NOON),
        (Action.VERIFY, place.secretary, NOON),
    ):
        case = make_move(case, action, by=officer(by), at=at, **words(action, at))
    return rated(place, case, at=NOON)
