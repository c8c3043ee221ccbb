"""Any moves in any order by any staff: what must hold of a case whatever happens to
it.
"""

import re
from datetime import date, datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cases.models import Case, Clock, Event
from cases.models.choices import Stage
from cases.workflow import (
    Action,
    Officer,
    Speaker,
    Spoken,
    System,
    candidates,
    make_move,
    moves_open_to,
    read_facts,
    register,
)  # fmt: skip
from cases.workflow.facts import Facts
from cases.workflow.inputs import Kind
from minshi.errors import RuleBroken
from tests import roles
from tests.cases.roads import DAY, NOON, words
from tests.chains import findings_of
from tests.villages.factories import GroupFactory, OfficeFactory, VillageFactory
from villages.models import Post

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NAME, PHONE, ADDRESS, PROXY = "欧阳雪梅", "13893907788", "石桥村西头九号", "欧阳铁柱"
VERBATIM = "鱼塘被邻居占了三分地至今没有人管过"
CO_SPEAKER = "赵秀英"
TYPED = [
    NAME,
    PHONE,
    "138-9390 7788",
    "１３８９３９０７７８８",
    ADDRESS,
    PROXY,
    VERBATIM,
    CO_SPEAKER,
]
LATER_NAMES = ["上官翠翠", "司马春来", "诸葛小满"]
STEPS = 12
DISSATISFIED = {"satisfaction": "dissatisfied", "solved": "no", "reason": "没修好"}


class Place:
    """A village, its town and county, staffed as drawn; a neighbouring village that is
    none of it.
    """

    def __init__(self, draw) -> None:
        self.village = VillageFactory()
        self.group, town = GroupFactory(village=self.village), self.village.town
        self.office, self.joined = OfficeFactory(town=town), VillageFactory(town=town)
        make = {
            "duty": lambda: roles.duty_officer_of(self.village),
            "secretary": lambda: roles.secretary_of(self.village),
            "leader": lambda: roles.group_leader_of(self.group),
            "reviewer": lambda: roles.reviewer_of(town),
            "supervisor": lambda: roles.supervisor_of(town),
            "handler": lambda: roles.handler_of(self.office),
            "county_reviewer": lambda: roles.reviewer_of_county(town.county_code),
            "county_supervisor": lambda: roles.supervisor_of_county(town.county_code),
        }
        counts = draw(
            st.fixed_dictionaries(
                {name: st.integers(int(name == "duty"), 2) for name in make}
            )
        )
        self.posts: list[Post] = [
            make[name]() for name, count in counts.items() for _post in range(count)
        ]
        if draw(st.booleans()):  # somebody wears two hats
            self.posts.append(roles.reviewer_of(town, user=pick(draw, self.posts).user))
        self.trail: list[str] = []
        self.strangers = [
            roles.secretary_of(VillageFactory(town=town)),
            roles.supervisor_of(VillageFactory(town__county_code="621202").town),
            roles.group_leader_of(GroupFactory(village=self.village)),
            roles.handler_of(OfficeFactory()),
            roles.system_admin(),
        ]

    def keep_posts(self, on: date) -> None:
        """Everybody's posts of that day, read anew: one may have ended since."""
        for user in {post.user for post in self.posts}:
            user._kept_posts = None
            user.keep_posts(on)


def typed(draw, text: str) -> str:
    return f"{text}，{pick(draw, TYPED)}说的" if draw(st.booleans()) else text


def pick(draw, options):
    """One of them, drawn by its place, so that a failure is printed short."""
    options = list(options)
    return options[draw(st.integers(0, len(options) - 1))] if options else None


def drawn_value(draw, place: Place, facts, item) -> object:
    """What somebody might choose for an input; None leaves it as the road has it."""
    if item.kind is Kind.HOLDER:
        here = (*place.posts, place.office)
        return pick(
            draw,
            [
                holder
                for holder in candidates(item, facts, None).values()
                if holder in here
            ],
        )
    if item.kind is Kind.HOLDERS:
        return [pick(draw, place.posts)] if draw(st.booleans()) else []
    if item.kind is Kind.USERS:
        return [pick(draw, place.posts).user]
    if item.kind is Kind.VILLAGE:
        return place.joined
    if item.name in {"confidentiality", "ruling", "handling", "grade", "outcome"}:
        return pick(draw, item.choices.values)
    return None


def filled_in(
    draw, place: Place, facts: Facts, offer, at: datetime
) -> dict[str, object]:
    values = words(offer.action, at)
    if offer.action in {Action.RATE, Action.CALL_BACK} and draw(st.booleans()):
        values |= DISSATISFIED
    for item in offer.move.inputs:
        if item.kind is Kind.TEXT or (item.kind is Kind.LINE and item.required):
            values[item.name] = typed(draw, str(values.get(item.name, "说明")))
        elif (value := drawn_value(draw, place, facts, item)) is not None:
            values[item.name] = value
    if offer.action is Action.AMEND:
        values["speaker_name"] = pick(draw, LATER_NAMES)
    if offer.action is Action.SUPPLEMENT:
        values["co_speaker"] = CO_SPEAKER
    return values


def offers_for(
    place: Place, case: Case, at: datetime, facts: Facts
) -> list[tuple[object, object]]:
    place.keep_posts(at.date())
    found = [
        (Speaker(case, "code"), offer)
        for offer in moves_open_to(Speaker(case, "code"), case, at, facts)
    ]
    for user in {post.user for post in place.posts}:
        if Case.objects.visible_to(user, at.date()).filter(pk=case.pk).exists():
            found += [
                (Officer(user, offer.post), offer)
                for offer in moves_open_to(user, case, at, facts)
            ]
    found = [(by, offer) for by, offer in found if offer.action is not Action.MERGE]
    return sorted(
        found,
        key=lambda item: (
            item[1].action.value,
            getattr(getattr(item[0], "post", None), "pk", 0),
        ),
    )


def one_step(draw, place: Place, case: Case, at: datetime) -> Case:
    if draw(st.integers(0, 9)) == 0 and len(place.posts) > 1:
        return a_post_ends(draw, place, case, at)
    facts = read_facts(case, at)
    offers = offers_for(place, case, at, facts)
    if not offers:
        return case
    forward = (
        [item for item in offers if item[1].move.targets] if draw(st.booleans()) else []
    )
    by, offer = pick(draw, forward or offers)
    values = filled_in(draw, place, facts, offer, at)
    place.trail.append(
        f"{at:%m-%d} {offer.action} by {getattr(by, 'post', by)}: {values}"
    )
    try:
        with transaction.atomic():
            return make_move(case, offer.action, by=by, at=at, **values)
    except RuleBroken:
        return Case.objects.select_related("town").get(pk=case.pk)


def a_post_ends(draw, place: Place, case: Case, at: datetime) -> Case:
    post = pick(draw, place.posts)
    place.trail.append(f"{at:%m-%d} {post} ends")
    Post.objects.filter(pk=post.pk).update(until_on=date(2026, 1, 1))
    place.posts = [other for other in place.posts if other.pk != post.pk]
    try:
        with transaction.atomic():
            return make_move(case, Action.REHOME, by=System("nightly"), at=at)
    except RuleBroken:
        return Case.objects.select_related("town").get(pk=case.pk)


def is_sound(place: Place, case: Case, at: datetime) -> None:
    stored = Case.objects.get(pk=case.pk)
    running = list(Clock.objects.filter(case=case, stopped_at=None))
    rated_now = stored.ratings.filter(round=stored.round)
    assert stored.is_rated == rated_now.exists()
    if stored.stage == Stage.CLOSED:
        assert (running, stored.owner, stored.due_at, stored.promised_on) == (
            [],
            None,
            None,
            None,
        )
    else:
        assert len(running) == 1
        assert (stored.due_at, stored.yellow_at) == (
            running[0].due_at,
            running[0].yellow_at,
        )
        assert stored.promised_on
        assert (stored.owner_post_id is None) != (stored.owner_office_id is None)
        owners = (
            [stored.owner_post]
            if stored.owner_post
            else list(stored.owner_office.posts.all())
        )
        current = [post for post in owners if post.is_current(at.date())]
        assert not current or any(
            Case.objects.visible_to(post.user, at.date()).exists() for post in current
        )
    for stranger in place.strangers:
        stranger.user.keep_posts(at.date())
        assert not Case.objects.counted_for(stranger.user, at.date()).exists()


def is_free_of_personal_values(case: Case) -> None:
    for row in Event.objects.filter(case=case).values():
        text = str(row)
        digits = re.sub(
            r"[\s-]",
            "",
            text.translate({0xFF10 + digit: str(digit) for digit in range(10)}),
        )
        assert PHONE not in digits, text
        assert not [value for value in (*TYPED, *LATER_NAMES) if value in text], text


@settings(
    max_examples=20,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.data())
def test_whatever_happens_the_case_stays_sound(data):
    with transaction.atomic():
        place = Place(data.draw)
        recorder = next(post for post in place.posts if post.role == "duty_officer")
        told = Spoken(
            verbatim=VERBATIM,
            village=place.village,
            group=place.group,
            speaker_name=NAME,
            speaker_phone=PHONE,
            speaker_address=ADDRESS,
            proxy_speaker=PROXY,
            co_speakers=(CO_SPEAKER,),
            confidentiality=data.draw(st.sampled_from(["normal", "hidden", "secret"])),
        )
        case, at = register(told, by=Officer(recorder.user, recorder), at=NOON), NOON

        for _step in range(STEPS):
            at += DAY * data.draw(st.sampled_from([0, 1, 4, 31]))
            case = one_step(data.draw, place, case, at)
            try:
                is_sound(place, case, at)
            except AssertionError as error:
                error.add_note("\n".join(place.trail))
                raise

        is_free_of_personal_values(case)
        assert findings_of([Case.objects.get(pk=case.pk)]) == []
        transaction.set_rollback(True)
