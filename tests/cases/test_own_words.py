"""Nothing that a reader writes about a 隐名 matter tells them who spoke: whatever they
type, the program answers as to any word of that length (domain §3, confidentiality).
"""

import pytest
import time_machine
from django.urls import reverse

from cases.models import Case
from cases.models.choices import How
from cases.privacy.personal import add_personal, fold_words
from cases.workflow import Action, Speaker, make_move
from tests import roles
from tests.api import Api
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    officer,
    spoken,
    staff,
)
from tests.cases.test_case_page import opened_step
from tests.villages.factories import OfficeFactory

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

# what gives the speaker away, and a word of the same length that says nothing
GUESSES = {
    "name": ("欧阳雪松", "欧阳雪梅"),
    "given name": ("雪松", "雪梅"),
    "phone": ("13993917788", "13993917799"),
    "tail": ("7788", "7799"),
    "address": ("柳河三社76号", "柳河三社77号"),
    "proxy": ("司马青竹", "司马青兰"),
    "co-speaker": ("诸葛青云", "诸葛青山"),
    "co-speaker's phone": ("13787651234", "13787651299"),
}
HIDDEN = {
    "confidentiality": "hidden",
    "speaker_name": "欧阳雪松",
    "speaker_phone": "13993917788",
    "speaker_address": "柳河三社76号",
    "proxy_speaker": "司马青竹",
    "co_speakers": ("诸葛青云",),
}


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOON + DAY, tick=False):
        yield


@pytest.fixture
def here():
    return staff()


def hidden(here) -> Case:
    case = spoken(here, **HIDDEN)
    case.co_speakers.update(phone="13787651234")
    add_personal(case, ["13787651234"])
    fold_words(case)
    case.save()
    return case


def at_work(here) -> Case:
    return decided(
        here,
        accepted(here, hidden(here)),
        handling="joint",
        assistants=[here.member],
    )


def listed(word: str) -> str:
    return f"来过的有张长生、{word}、赵铁柱"


def everything_seen(post, case: Case) -> list[str]:
    """Return all that a reader may open of a matter, without the words of the title."""
    client = logged_in(post)
    api = Api(post)
    pages = [
        reverse("cases:ledgers"),
        reverse("cases:ledger", args=["general"]),
        reverse("cases:ledger", args=["handling"]),
        reverse("cases:ledger", args=["results"]),
        reverse("cases:queue"),
        reverse("admin:cases_event_changelist"),
        reverse("admin:cases_mandatoryreport_changelist"),
        reverse("cases:queue_panel", args=[case.number]),
        reverse("cases:slip", args=[case.number, "handover", 1]),
        reverse("cases:slip", args=[case.number, "report", 1]),
        reverse("cases:slip", args=[case.number, "time", 1]),
        reverse("cases:detail", args=[case.number]),
        reverse("cases:home"),
        reverse("cases:list"),
        reverse("cases:requests"),
    ]
    seen = [client.get(page).content.decode() for page in pages]
    for part in ("", "events/", "ratings/", "moves/"):
        seen.append(api.get(f"cases/{case.number}/{part}").content.decode())
    seen.append(api.get("time-requests/").content.decode())
    return seen


def as_everybody(text: str, word: str, case: Case) -> str:
    """Return an answer without what differs between two matters: word and number."""
    return text.replace(word, "〓" * len(word)).replace(case.number, "BG")


# by the step: who takes it, what it is taken of, what is typed
STEPS = {
    Action.PROGRESS: ("handler", at_work, lambda w, h: {"text": w, "public": True}),
    Action.REPORT: ("member", at_work, lambda w, h: {"result": w}),
    Action.HAND_BACK: ("member", at_work, lambda w, h: {"reason": w}),
    Action.RETURN: ("handler", at_work, lambda w, h: {"reason": w, "told_why": w}),
    Action.ASK_EXTENSION: (
        "handler",
        at_work,
        lambda w, h: {"reason": w, "until_on": (NOON + 30 * DAY).date()},
    ),
    Action.COMPLETE: (
        "handler",
        lambda here: decided(here, accepted(here, hidden(here))),
        lambda w, h: {"outcome": "done", "result": w, "measures": w},
    ),
    Action.DECIDE: (
        "secretary",
        lambda here: accepted(here, hidden(here)),
        lambda w, h: {"handling": "led", "decision": w, "lead": h.office},
    ),
    Action.ESCALATE: (
        "secretary",
        lambda here: accepted(here, hidden(here)),
        lambda w, h: {"reason": w, "told_why": w},
    ),
    Action.DEFER: (
        "secretary",
        lambda here: accepted(here, hidden(here)),
        lambda w, h: {"reason": w, "until_on": (NOON + 5 * DAY).date()},
    ),
    Action.REPLY: (
        "secretary",
        lambda here: accepted(here, hidden(here)),
        lambda w, h: {"reply": w},
    ),
    Action.VERIFY: (
        "secretary",
        lambda here: completed(here, decided(here, accepted(here, hidden(here)))),
        lambda w, h: {"reply": w},
    ),
    Action.REJECT: (
        "secretary",
        lambda here: completed(here, decided(here, accepted(here, hidden(here)))),
        lambda w, h: {"reason": w, "told_why": w},
    ),
    Action.DIVERT: (
        "secretary",
        lambda here: accepted(here, hidden(here)),
        lambda w, h: {"route": w, "told": w},
    ),
    Action.MANDATORY_REPORT: (
        "secretary",
        lambda here: accepted(here, hidden(here)),
        lambda w, h: {"told": w, "happened": w, "receipt": w},
    ),
    Action.SUPERVISE: (
        "supervisor",
        at_work,
        lambda w, h: {"supervision_level": "urge", "text": w},
    ),
}


TYPED = ("name", "phone", "proxy", "co-speaker")


def worded(*kinds: str) -> list[tuple[str, ...]]:
    """Return the words that give the speaker away, and those that say nothing."""
    return list(zip(*[GUESSES[kind] for kind in kinds], strict=True))


def seen_of_own(here, action: Action, words: tuple[str, ...]) -> list[int]:
    """Take a step with these words, and return how often whoever took it reads each."""
    role, made, typed = STEPS[action]
    post = getattr(here, role)
    case = make_move(
        made(here),
        action,
        by=officer(post),
        at=NOON + DAY,
        **typed("、".join(words), here),
    )
    seen = everything_seen(post, case)
    return [text.count(word) for word in words for text in seen]


@pytest.mark.parametrize("action", STEPS)
def test_a_writer_reads_their_own_words_whomever_they_name(here, action):
    """A list of names and numbers, in which each is found like any other; whoever gave
    a matter back reads why in what they gave back.
    """
    giving, plain = worded(*TYPED)

    said = seen_of_own(here, action, giving)

    assert said == seen_of_own(here, action, plain)
    assert any(said)


@pytest.mark.parametrize("kind", TYPED)
@pytest.mark.parametrize("action", [Action.PROGRESS, Action.REPLY])
def test_a_writer_reads_a_single_word_whatever_it_names(here, action, kind):
    giving, plain = worded(kind)

    assert seen_of_own(here, action, giving) == seen_of_own(here, action, plain)


@pytest.mark.parametrize("kind", TYPED)
def test_whoever_adds_a_neighbours_words_reads_them_whomever_they_name(here, kind):
    said = []
    for word in GUESSES[kind]:
        case = at_work(here)
        case = make_move(
            case,
            Action.SUPPLEMENT,
            by=Speaker(case, How.COUNTER, here.member),
            at=NOON + DAY,
            text=listed(word),
        )
        said.append([text.count(word) for text in everything_seen(here.member, case)])

    assert said[0] == said[1]
    assert any(said[0])


def previewed(here, action: Action, words: tuple[str, ...]) -> list[str]:
    """Return the previews of a step with these words, alone and with the others."""
    role, made, _typed = STEPS[action]
    field = {Action.PROGRESS: "text", Action.ESCALATE: "told_why"}.get(action, "reply")
    text = listed("、".join(words))
    client = logged_in(getattr(here, role))
    case = made(here)
    _address, sent = opened_step(client, case, action, **{field: text})
    sent |= {"public": "on", "reason": text}

    address = reverse("cases:preview", args=[case.number, action])
    previews = []
    for data in (sent, {field: text}):
        preview = client.post(address, data).content.decode()
        for word in words:
            preview = as_everybody(preview, word, case)
        previews.append(preview)
    return previews


@pytest.mark.parametrize(
    "action", [Action.PROGRESS, Action.VERIFY, Action.REPLY, Action.ESCALATE]
)
def test_a_preview_answers_to_every_list_alike(here, action):
    giving, plain = worded(*GUESSES)

    answer = previewed(here, action, giving)

    assert answer == previewed(here, action, plain)
    assert listed("、".join("〓" * len(word) for word in giving)) in answer[0]


@pytest.mark.parametrize("kind", GUESSES)
def test_a_preview_answers_to_every_name_alike(here, kind):
    giving, plain = worded(kind)

    answer = previewed(here, Action.VERIFY, giving)

    assert answer == previewed(here, Action.VERIFY, plain)
    assert listed("〓" * len(giving[0])) in answer[0]


@pytest.mark.parametrize("kind", GUESSES)
def test_the_preview_of_the_api_answers_to_every_name_alike(here, kind):
    api = Api(here.secretary)
    answers = []
    for word in GUESSES[kind]:
        case = STEPS[Action.VERIFY][1](here)
        address = f"cases/{case.number}/moves/verify/preview/"
        answer = api.post(address, {"action": "verify", "reply": listed(word)})
        answers.append(
            (answer.status_code, as_everybody(answer.content.decode(), word, case))
        )

    assert answers[0] == answers[1]
    assert answers[0][0] == 200


def test_others_read_them_blanked_and_so_does_the_speaker(here, client):
    """And whoever may know reads who is named, as before."""
    case = make_move(
        at_work(here),
        Action.PROGRESS,
        by=officer(here.handler),
        at=NOON + DAY,
        text=listed("欧阳雪松"),
        public=True,
    )
    address = reverse("cases:detail", args=[case.number])

    other = logged_in(here.secretary).get(address).content.decode()
    knowing = logged_in(here.duty).get(address).content.decode()
    told = client.get(
        reverse("cases:track", args=[case.number]), {"k": case.tracking_code}
    ).content.decode()

    assert listed("［…］") in other
    assert listed("欧阳雪松") in knowing
    assert listed("［…］") in told


def test_what_another_wrote_stays_blanked_though_the_reader_wrote_the_same(here):
    other = roles.handler_of(OfficeFactory(town=here.town))
    case = decided(
        here,
        accepted(here, hidden(here)),
        handling="joint",
        assistants=[other.office],
    )
    written = (
        (here.handler, Action.PROGRESS, "text"),
        (other, Action.REPORT, "result"),
    )
    for post, action, field in written:
        case = make_move(
            case,
            action,
            by=officer(post),
            at=NOON + DAY,
            **{field: listed("欧阳雪松")},
        )

    page = (
        logged_in(here.handler)
        .get(reverse("cases:detail", args=[case.number]))
        .content.decode()
    )

    assert listed("欧阳雪松") in page
    assert listed("［…］") in page
