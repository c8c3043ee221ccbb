"""Who spoke in confidence is told on no face of the house, in no spelling, to nobody who
reads the matter but may not know them (domain §3, confidentiality).

Every reader opens every address there is; every free text of the matter and of all that
belongs to it names the speaker, their telephone, address, proxy and neighbour in another
of twelve spellings.
"""

import itertools
import json
from dataclasses import dataclass, field

import pytest

from cases.models import (
    AgendaItem,
    Assignment,
    Case,
    MandatoryReport,
    Meeting,
)
from cases.workflow import moves_open_to
from cases.workflow.hidden_words import hide_words
from minshi.crypto import masked_name, masked_phone
from supervision.models import SupervisionOrder, TrackedCase, TrackingMeeting
from tests import roles
from tests.addresses import every_address, targets
from tests.cases.roads import (
    NOON,
    Staff,
    accepted,
    completed,
    decided,
    spoken,
    staff,
)
from tests.foreign_grid import grid_of
from tests.strangers import Markers, World, with_every_part
from tests.villages.factories import HouseholdFactory, OfficeFactory, ResidentFactory
from tests.visiting import Visit, visits
from villages.lookup import index_residents
from villages.models import Group, HandOver, Household, Post, Resident

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

READERS = (
    "secretary",
    "group_leader",
    "office_handler",
    "supervisor",
    "county_supervisor",
    "duty_officer",
)
NAME, PROXY, NEIGHBOUR = "欧阳巳午", "慕容巳未", "诸葛巳申"
PHONE, NEIGHBOURS_PHONE = "13912348264", "13787659157"
ADDRESS = "柳河三社76号"
# what the register says of the speaker, and a number that is stored nowhere
REGISTERED, SECOND = "16287654160", "13698761234"
REGISTERED_AT = (5, 83)
# what no rule finds, and somebody wrote down to be blanked
HANDLED = ("measures", "findings", "basis", "result")
PHRASE, NUMBER_RUNNING_ON = "河边那家养蜂的", "七组九十"
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
HAN = str.maketrans("0123456789", "〇一二三四五六七八九")


def spellings_of_name(name: str) -> list[str]:
    return [
        name,
        f"{name[:2]} {name[2:]}",
        f"{name[:2]}　{name[2:]}",
        " ".join(name),
        f"{name[:2]}·{name[2:]}",
        f"{name[:2]}\u200b{name[2:]}",
    ]


def spellings_of_phone(phone: str) -> list[str]:
    a, b, c = phone[:3], phone[3:7], phone[7:]
    return [
        phone,
        f"{a} {b} {c}",
        f"{a}-{b}-{c}",
        f"{a}—{b}—{c}",
        f"{a}.{b}.{c}",
        f"({a}){b}{c}",
        f"（{a}）{b} {c}",
        f"+86{phone}",
        phone.translate(WIDE),
        f"{a}－{b}－{c}".translate(WIDE),
        phone.translate(HAN),
        f"{a}\u200b{b}{c}",
    ]


SPELLINGS_OF_PHRASE = [
    PHRASE,
    " ".join(PHRASE),
    "河边那家　养蜂的",
    "河邊那家養蜂的",
    "河边·那家养蜂的",
    "河边-那家养蜂的",
    f"{NUMBER_RUNNING_ON}一直",
]
SPELLINGS_OF_DOORS = [
    ADDRESS,
    "柳河 三社 76号",
    "柳河三社７６号",
    "三组76",
    "三村民小组第七十六户",
    "五组83号",
    "5社的八十三",
    "三组076号",
    "83号（5组）",
    "五组靠河边那个八十三号院",
    "门牌83",
]
SPELLINGS = [
    *itertools.chain(*map(spellings_of_name, (NAME, PROXY, NEIGHBOUR))),
    *itertools.chain(*map(spellings_of_phone, (PHONE, NEIGHBOURS_PHONE))),
    *SPELLINGS_OF_DOORS,
    *SPELLINGS_OF_PHRASE,
    REGISTERED,
    SECOND,
    "幺三六九八拐六一二三四",
    f"尾号{PHONE[-4:]}",
    f"末四位是{SECOND[-4:]}",
    f"老{NAME[:2]}来过",
    f"{NAME[:2]}家门口",
]
MASKS = [
    *map(masked_name, (NAME, PROXY, NEIGHBOUR)),
    *map(masked_phone, (PHONE, NEIGHBOURS_PHONE, REGISTERED)),
]


def written() -> list[str]:
    """Notes that name everybody, each in further spellings, until all were written."""
    kinds = [
        *map(spellings_of_name, (NAME, PROXY, NEIGHBOUR)),
        *map(spellings_of_phone, (PHONE, NEIGHBOURS_PHONE)),
        [*SPELLINGS_OF_DOORS, REGISTERED],
        SPELLINGS_OF_PHRASE,
    ]
    rows = itertools.islice(zip(*map(itertools.cycle, kinds), strict=False), 12)
    return ["和" + "，和".join(row) + "说过" for row in rows]


@dataclass(frozen=True)
class Naming(Markers):
    """Words of a matter that name who spoke wherever something can be written."""

    notes: "itertools.cycle[str]" = field(
        default_factory=lambda: itertools.cycle(written())
    )

    @property
    def spoken(self) -> dict[str, object]:
        return {
            "title": f"{NAME[:2]} {NAME[2:]}家的井",
            "verbatim": "，".join(SPELLINGS),
            "request_text": self.note,
            "place": f"{NAME}家旁",
            "remark": self.note,
            "speaker_name": NAME,
            "speaker_phone": PHONE,
            "speaker_address": ADDRESS,
            "proxy_speaker": PROXY,
            "co_speakers": (NEIGHBOUR,),
        }

    @property
    def decision(self) -> str:
        return self.note

    @property
    def note(self) -> str:
        return next(self.notes)


@dataclass
class Readers(World):
    """A reader of a matter whose speaker they may not know."""

    @property
    def needles(self) -> list[str]:  # type: ignore[override]
        plain = [*SPELLINGS, *MASKS]
        return list(
            dict.fromkeys([*plain, *(json.dumps(word)[1:-1] for word in plain)])
        )


def reader(role: str, here: Staff) -> Post:
    """Return a colleague of whoever wrote: what one wrote oneself is one's own to read
    (tests/cases/test_own_words.py).
    """
    return {
        "secretary": roles.secretary_of(here.village),
        "group_leader": roles.group_leader_of(here.group),
        "office_handler": roles.handler_of(here.office),
        "supervisor": roles.supervisor_of(here.town),
        "county_supervisor": roles.supervisor_of_county(here.town.county_code),
        "duty_officer": roles.duty_officer_of(here.village),
    }[role]


def build(role: str) -> Readers:
    here, elsewhere = staff(), staff()
    post = reader(role, here)
    marks = Naming("巳", PHONE)

    case = spoken(here, confidentiality="hidden", **marks.spoken)
    add_what_is_noted(case)
    lead = here.office if role == "office_handler" else other_office(here)
    case = decided(here, accepted(here, case), lead=lead, decision=marks.decision)
    case = with_every_part(case, here.duty, elsewhere, marks)

    resident = ResidentFactory(household=HouseholdFactory(group=here.group))
    index_residents([resident])
    # a report is of no matter; whoever words it knows none of those names
    grid = grid_of(here, resident, case, marks.note, in_report="路灯坏了的占多数")
    TrackedCase.objects.create(
        meeting=grid[TrackingMeeting],
        case=case,
        note=marks.note,
        verdict="goes_on",  # whoever holds the meeting may say otherwise, in a form
        said_at=NOON,
        said_by=here.duty,
    )
    write_everywhere(case, marks)
    return Readers(role, post.user, here, spoken(here), {"speaker": case}, grid)


def write_everywhere(case: Case, marks: Naming) -> None:
    """Name who spoke in every other text there is, as if it was written while the
    matter was in the open, by somebody who knew.
    """
    in_a_line = f"{NAME}家，{PHONE}"
    cases = Case.objects.filter(pk=case.pk)
    cases.update(**dict.fromkeys(HANDLED, marks.note))
    Assignment.objects.filter(case=case).update(ask=in_a_line, report=marks.note)
    MandatoryReport.objects.filter(case=case).update(receipt=in_a_line)

    meetings = Meeting.objects.filter(items__case=case)
    meetings.update(place=in_a_line, short_notice=in_a_line)
    for meeting in meetings:
        AgendaItem.objects.create(meeting=meeting, position=9, subject=in_a_line)
    AgendaItem.objects.filter(meeting__in=meetings).update(resolution=marks.note)
    SupervisionOrder.objects.filter(case=case).update(
        reply=marks.note, finding=marks.note
    )
    HandOver.objects.update(note=marks.note, known=[case.pk])


def other_office(here: Staff):
    return roles.handler_of(OfficeFactory(town=here.town)).office


def add_what_is_noted(case: Case) -> None:
    from cases.privacy.personal import add_of_register, add_personal, fold_words

    case.co_speakers.update(phone=NEIGHBOURS_PHONE)
    add_personal(case, [NEIGHBOURS_PHONE])
    # of no row: a register that has the speaker names them to whoever keeps it
    group, door = REGISTERED_AT
    household = Household(group=Group(number=group), number=door)
    add_of_register(case, [Resident(name=NAME, phone=REGISTERED, household=household)])
    # an old book may have had its people in the column of numbers
    case.adopted_from = f"{NAME}{PHONE}"
    fold_words(case)
    case.save()
    phrases = f"{PHRASE}\n{NUMBER_RUNNING_ON}"
    hide_words(case, phrases, seen="", by=case.recorded_by.user, at=NOON)


@pytest.fixture(autouse=True)
def _at_noon(settings, tmp_path):
    with visits(settings, tmp_path):
        yield


@pytest.mark.parametrize("role", READERS)
def test_no_face_tells_a_reader_who_spoke_in_confidence(role):
    world = build(role)
    case = world.hidden["speaker"]
    assert Case.objects.visible_to(world.user, NOON.date()).filter(pk=case.pk).exists()
    visit = Visit(world)
    searched = set()

    for target in targets(world, every_address()):
        asked = visit.ask("get", target.path)
        is_list = target.absent is None and case.number in asked.text
        if not is_list or not asked.parameters.were_asked_for({"q"}):
            continue
        if case.number in visit.ask("get", target.path, {"q": "没有这话"}).text:
            continue  # a list that no question narrows
        searched.add(target.address.name)
        for question in questions(target.address.name):
            found = visit.ask("get", target.path, {"q": question}, question)
            if case.number in found.text:
                visit.faults.append(f"{target.path}?q={question} finds the matter")

    assert not visit.faults, "\n".join(visit.faults)
    assert set(SEARCHES) <= searched


SEARCHES = ("cases:list", "api-cases")


def questions(name: str) -> list[str]:
    """Parts of a name or number, by which a search might confirm it; of the two lists
    that others take their search from, every spelling as well.
    """
    parts = [NAME[1:], PHONE[:10], f"叫{NAME[:3]}", NEIGHBOUR[1:], ADDRESS[2:]]
    parts.append(PHRASE[2:])
    return [*SPELLINGS, *parts] if name in SEARCHES else parts


# --- the steps of whoever holds the matter
def in_deliberation(here: Staff, case: Case) -> tuple[Case, Post]:
    return accepted(here, case), here.secretary


def in_work(here: Staff, case: Case) -> tuple[Case, Post]:
    return decided(here, accepted(here, case)), here.handler


def led_by_the_group_leader(here: Staff, case: Case) -> tuple[Case, Post]:
    return decided(here, accepted(here, case), lead=here.leader), here.leader


def looked_at(here: Staff, case: Case) -> tuple[Case, Post]:
    decided_upon = decided(here, accepted(here, case))
    return completed(here, decided_upon, at=NOON), here.secretary


HOLDERS = (in_deliberation, in_work, led_by_the_group_leader, looked_at)


def held_in_confidence(hold):
    here = staff()
    case = spoken(here, confidentiality="hidden", **Naming("巳", PHONE).spoken)
    add_what_is_noted(case)
    case, holder = hold(here, case)
    case.refresh_from_db()
    return case, holder


@pytest.mark.parametrize("hold", HOLDERS)
def test_no_form_of_a_step_tells_its_holder_who_spoke_in_confidence(client, hold):
    case, holder = held_in_confidence(hold)
    client.force_login(holder.user)
    actions = [offer.action for offer in moves_open_to(holder.user, case, NOON)]

    pages = {}
    for action in actions:
        answer = client.get(f"/cases/{case.number}/do/{action}/")
        assert answer.status_code == 200
        pages[action] = answer.content.decode()

    assert "amend" in pages
    told = [
        (action, needle)
        for action, page in pages.items()
        for needle in (*SPELLINGS, *MASKS)
        if needle in page
    ]
    assert told == []


def test_a_correction_leaves_the_words_of_a_matter_in_confidence(client):
    case, holder = held_in_confidence(in_deliberation)
    client.force_login(holder.user)
    address = f"/cases/{case.number}/do/amend/"
    form = client.get(address).context["form"]
    typed = {bound.html_name: bound.value() or "" for bound in form}

    typed |= {"reason": "类别写错了", "category": "neighbour", "place": "村口的井"}
    answer = client.post(address, typed)

    assert answer.status_code == 302
    after = Case.objects.get(pk=case.pk)
    assert after.category == "neighbour"
    words = ("title", "request_text", "place", "remark")
    for name in (*words, "speaker_name", "speaker_phone"):
        assert getattr(after, name) == getattr(case, name), name
