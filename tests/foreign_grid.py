"""One row of everything that is not a case's, all of the foreign place: no stranger
opens or finds any of it.
"""

import io
import json
import uuid

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from knox.models import AuthToken
from PIL import Image

from cases.meetings.signed_sheets import attach_sheet
from cases.models import (
    AgendaItem,
    Attendee,
    CalendarDay,
    Case,
    DeadlineRule,
    ExportJob,
    FourTwoProcess,
    FourTwoStep,
    FrozenLedger,
    Meeting,
    MinutesCorrection,
    NumberCounter,
    OwnLedger,
    SignedSheet,
    StandardText,
    StateAtUpdate,
    StepAside,
    StepCorrection,
    Topic,
)
from supervision.models import (
    BackupRun,
    DailyFigure,
    EventFailure,
    EventSeen,
    FigureMark,
    HistoryCheck,
    JobRun,
    MonthlyReport,
    MonthlyReportRow,
    NoticeText,
    OrderCounter,
    Publication,
    Robot,
    Rung,
    Seal,
    TrackingMeeting,
    Wall,
    Watermark,
)
from tests.cases.roads import NOON, Staff
from tests.villages.duty_desk import away, shift_of
from tests.villages.factories import TownFactory
from villages.audit import record_audit
from villages.models import (
    AuditRecord,
    ContactLink,
    DutyLeave,
    DutyShift,
    FieldHistory,
    Group,
    HandOver,
    Household,
    ImportRow,
    ImportRun,
    LookupCount,
    Office,
    OpenLogin,
    PasswordUsed,
    Post,
    Procedure,
    Resident,
    ResidentKey,
    Seat,
    SwapRequest,
    TalkRoom,
    Town,
    User,
    Village,
)
from villages.models.audit import AuditKind


def council_of(
    there: Staff, case: Case, name: str, note: str
) -> dict[type[Model], Model]:
    """A meeting of the foreign village about the hidden case, and the six steps it
    began for it.
    """
    by = there.duty
    meeting = Meeting.objects.create(
        kind="two_committees",
        village=there.village,
        town=there.town,
        starts_at=NOON,
        minutes=note,
        called_by=by,
        called_at=NOON,
    )
    person = Attendee.objects.create(meeting=meeting, name=name)
    item = AgendaItem.objects.create(
        meeting=meeting, position=1, case=case, opinions=note
    )
    process = FourTwoProcess.objects.create(
        village=there.village,
        case=case,
        matter="other",
        origin="people",
        subject=note,
        started_by=by,
        started_at=NOON,
    )
    step = FourTwoStep.objects.create(
        process=process,
        nth=5,
        held_on=NOON.date(),
        public_until=NOON.date(),
        content=note,
        passed=True,
        recorded_by=by,
        recorded_at=NOON,
    )
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "blue").save(picture, "JPEG")
    sheet = attach_sheet(
        meeting,
        SimpleUploadedFile("s.jpg", picture.getvalue(), "image/jpeg"),
        at=NOON,
        post=by,
    )
    return {
        Meeting: meeting,
        Attendee: person,
        AgendaItem: item,
        StepAside: StepAside.objects.create(item=item, attendee=person, reason=note),
        MinutesCorrection: MinutesCorrection.objects.create(
            meeting=meeting, key=uuid.uuid4(), at=NOON, post=by, wrong=note, right=note
        ),
        FourTwoProcess: process,
        FourTwoStep: step,
        StepCorrection: StepCorrection.objects.create(
            step=step, key=uuid.uuid4(), at=NOON, post=by, wrong=note, right=note
        ),
        SignedSheet: sheet,
        Seat: Seat.objects.create(
            body="two_committees",
            village=there.village,
            name="郑席",
            from_on=NOON.date(),
        ),
        Procedure: Procedure.objects.create(
            town=TownFactory(county_code="620102"),
            kind="assembly",
            quorum_of=1,
            quorum_in=2,
            pass_of=1,
            pass_in=2,
            article="镇里定的",
        ),
    }


def list_of(there: Staff, resident: Resident) -> dict[type[Model], Model]:
    """A list of residents that the foreign secretary looks over."""
    run = ImportRun.objects.create(
        kind="residents",
        town=there.town,
        village=there.village,
        state="checked",
        file_name="花名册.xlsx",
        file_hash="0" * 64,
        sheets=[
            {
                "name": "1组",
                "rows": 1,
                "head": 1,
                "headings": ["姓名", "电话"],
                "is_known": True,
                "hidden": 0,
                "unvalued": [],
                "defaults": {},
                "chosen": True,
            }
        ],
        mapping={"姓名": "name", "电话": "phone"},
        counts={"new": 1},
        by=there.secretary.user,
        at=NOON,
    )
    row = ImportRow.objects.create(
        run=run,
        nth=1,
        sheet=0,
        number=2,
        raw=json.dumps([resident.name, resident.phone], ensure_ascii=False),
        verdict="new",
    )
    return {ImportRun: run, ImportRow: row}


def grid_of(
    there: Staff,
    resident: Resident,
    case: Case,
    note: str,
    in_report: str | None = None,
) -> dict[type[Model], Model]:
    """A row of everything that is not a case's, all of the foreign place."""
    household = resident.household
    shift = shift_of(there.member, backup=there.duty)
    swap = SwapRequest.objects.create(
        shift=shift_of(there.member, days=1),
        asker=there.member,
        asked=there.duty,
        asked_at=NOON,
    )
    linked = ContactLink.objects.create(
        post=there.leader, household=household, from_on=NOON.date()
    )
    report = MonthlyReport.objects.create(
        town=there.town,
        month=NOON.date().replace(day=1),
        made_at=NOON,
        typical=note if in_report is None else in_report,
        numbers={"this": {}, "before": {}, "a_year_before": {}},
    )
    return {
        Town: there.town,
        Village: there.village,
        Group: there.group,
        Office: there.office,
        Household: household,
        Resident: resident,
        ResidentKey: ResidentKey.objects.filter(resident=resident).first(),
        ContactLink: linked,
        TalkRoom: TalkRoom.objects.create(village=there.village, place="村委会"),
        DutyShift: shift,
        SwapRequest: swap,
        DutyLeave: away(there.duty, days=3),
        HandOver: HandOver.objects.create(
            shift=shift,
            note="等电工",
            visitors=1,
            written_by=there.member,
            written_at=NOON,
        ),
        **list_of(there, resident),
        User: there.duty.user,
        Post: there.duty,
        LookupCount: LookupCount.objects.create(
            user=there.duty.user, day=NOON.date(), count=1
        ),
        PasswordUsed: PasswordUsed.objects.create(
            user=there.duty.user, password="!none"
        ),
        OpenLogin: OpenLogin.objects.create(
            user=there.duty.user,
            began_at=NOON,
            token=AuthToken.objects.create(user=there.duty.user)[0],
        ),
        AuditRecord: record_audit(
            AuditKind.UNMASK, at=NOON, user=there.secretary.user, subject="x"
        ),
        FieldHistory: FieldHistory.objects.first(),
        NumberCounter: NumberCounter.objects.get(town=there.town),
        Topic: Topic.objects.create(town=there.town, name="饮水"),
        StandardText: StandardText.objects.create(
            town=there.town,
            action="reply",
            input="reply",
            title="饮水",
            text="井水{事项}",
        ),
        Rung: Rung.objects.create(town=there.town, step="urge", told=["owner"]),
        NoticeText: NoticeText.objects.create(
            town=there.town, kind="overdue", text="抓紧办"
        ),
        DeadlineRule: DeadlineRule.objects.create(
            town=there.town,
            rule="led",
            amount=9,
            unit="working",
            from_at=NOON,
            set_by=there.reviewer,
        ),
        Robot: Robot.objects.create(
            town=there.town, name="村干部群", url="https://qyapi.weixin.qq.com/x?key=1"
        ),
        OrderCounter: OrderCounter.objects.create(issuer=there.town.code, year=2026),
        JobRun: JobRun.objects.create(name="supervision.tasks.sweep", started_at=NOON),
        BackupRun: BackupRun.objects.create(step="made", at=NOON, is_good=True),
        Seal: Seal.objects.create(
            log="audit", sequence=1, rows="1", count=1, total=1, highest=1, at=NOON
        ),
        StateAtUpdate: StateAtUpdate.objects.create(case=case, state={"work": "0"}),
        HistoryCheck: HistoryCheck.objects.create(at=NOON, cases=1, found=0),
        FrozenLedger: FrozenLedger.objects.create(
            ledger="general",
            village=there.village,
            first_on=NOON.date(),
            last_on=NOON.date(),
            columns=[["number", "事项编号"]],
            rows=0,
            digest="0",
            frozen_at=NOON,
            frozen_by=there.secretary,
        ),
        OwnLedger: OwnLedger.objects.create(
            user=there.secretary.user, ledger="general"
        ),
        ExportJob: ExportJob.objects.create(
            user=there.secretary.user,
            ledgers=["general"],
            form="csv",
            language="zh-hans",
            reason="月报",
            asked_at=NOON,
        ),
        EventSeen: EventSeen.objects.create(event=case.events.first()),
        EventFailure: EventFailure.objects.create(
            event=case.events.first(), since=NOON
        ),
        Watermark: Watermark.objects.create(pk=1),
        TrackingMeeting: TrackingMeeting.objects.create(
            town=there.town, began_at=NOON, began_by=there.duty
        ),
        Wall: Wall.objects.create(
            town=there.town,
            name="大厅",
            digest="x",
            given_at=NOON,
            given_by=there.duty.user,
        ),
        MonthlyReport: report,
        MonthlyReportRow: report.rows.create(
            at=NOON, place=there.village.code, name=report.typical[:60]
        ),
        Publication: report.publications.create(
            codes=["case.received.count", "topics"],
            numbers={"case.received.count": 183},
            topics=[["道路", 26]],
            published_at=NOON,
            published_by=there.reviewer,
        ),
        DailyFigure: DailyFigure.objects.create(
            town=there.town, place=there.village.code, span="day", day=NOON.date()
        ),
        FigureMark: FigureMark.objects.create(pk=1, at=NOON),
        CalendarDay: CalendarDay.objects.create(
            town=there.town, day=NOON.date(), is_working=True
        ),
        **council_of(there, case, str(resident.name), note),
    }
