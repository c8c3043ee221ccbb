"""历史台账: the matters of an old ledger, adopted as cases with their old dates.

A closed matter has neither clock nor owner. One that is still open comes in as just
heard, for nobody can know here who was working on it. What was adopted is history and
stays: it cannot be taken back.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cases.bulk import Matter, adopt
from cases.bulk.faults import fault_of
from cases.bulk.surroundings import Surroundings
from cases.imports.words import (
    as_category_or_topic,
    as_channel,
    as_confidentiality,
    as_grade,
    as_handling,
    as_satisfaction,
    as_solved,
    as_standing,
    as_words,
)
from cases.models import Case, Topic
from cases.models.choices import Category, CloseReason, Outcome, Stage
from cases.workflow import Officer
from cases.workflow.register import Spoken, title_of
from minshi.errors import InputRefused, NoSuchRight
from minshi.workdays import SHANGHAI
from villages.imports.cells import as_day, as_name, as_phone, as_text
from villages.imports.columns import Column, called
from villages.imports.entries import Entry
from villages.imports.kinds import Kind
from villages.imports.kinds.base import Around
from villages.imports.kinds.rows import village_of
from villages.imports.kinds.words import as_group
from villages.models import Group, ImportRow, ImportRun
from villages.models.imports import Verdict
from villages.rights import SET_TOWN_RULES, first_post

LONGEST_WORDS = 5_000
# 保密, 别告诉别人, 不要让人知道是我说的, 怕报复: rather once too often, for whoever
# adopts the row then says which it is
ASKS_TO_BE_HIDDEN = re.compile(
    "[隐匿]名|保密|秘密|报复|外传|不留(?:姓|名)"
    "|(?:别|勿|莫|不要|不得|不能|不可|不敢|不想|不愿意?|不便|不许|不让|怕)"
    r"[^。！？；\n]{0,6}"
    "(?:[说讲](?:出|是|我)|外[说讲]|透露|公开|公布|告诉|声张|知道|晓得|走漏|泄露"
    "|提(?:我|他|她|名))"
)


@dataclass
class OldMatters(Around):
    """The officer who adopts, and what the rows of a ledger share."""

    surroundings: Surroundings | None = None
    # the groups of the town's villages, by village and number
    groups: dict[tuple[int, int], Group] = field(default_factory=dict)
    topics: dict[str, Topic] = field(default_factory=dict)
    # rows without faults go in where others do not
    good_only: bool = False

    @classmethod
    def read(cls, run: ImportRun, at: datetime) -> "OldMatters":
        """Return what is around a run. NoSuchRight: who uploaded it reviews no more."""
        around = cls(run.town, run.village, run.by, at, good_only=run.good_only)
        for group in Group.objects.filter(village__in=around.villages):
            around.groups[group.village_id, group.number] = group
        for topic in Topic.objects.filter(town=run.town):
            around.topics[topic.name] = topic

        posts = run.by.posts_on(around.on)
        post = first_post(posts, SET_TOWN_RULES, town_id=run.town_id)
        post = post or first_post(
            posts, SET_TOWN_RULES, county_code=run.town.county_code
        )
        if post is None:
            raise NoSuchRight(_("Only a reviewer takes over an old ledger."))
        around.surroundings = Surroundings(Officer(run.by, post), at)
        return around


class OldLedger(Kind):
    key = "old-ledger"
    label = gettext_lazy("Matters of an old ledger")
    guide = gettext_lazy(
        "One line for each matter, with its number in the old ledger. Closed matters"
        " keep their dates; open ones come in as just heard, to be taken up here."
    )
    roles = SET_TOWN_RULES
    can_be_taken_back = False
    columns = (
        Column(
            "number",
            pgettext_lazy("column", "Number in the old ledger"),
            as_text,
            called("编号 序号 台账编号 原编号 事项编号 登记编号 号"),
            is_needed=True,
            longest=30,
            example="2025-017",
        ),
        Column(
            "village",
            pgettext_lazy("column", "Village"),
            as_text,
            called("村 村名 行政村 所在村 所属村 村社区"),
            example="柳河村",
            help=gettext_lazy("Empty where the matter was the town's."),
        ),
        Column(
            "group",
            pgettext_lazy("column", "Group"),
            as_group,
            called("组 组别 小组 村民小组 社"),
        ),
        Column(
            "registered_on",
            pgettext_lazy("column", "Told on"),
            as_day,
            called("说事时间 说事日期 登记时间 登记日期 受理时间 反映时间 日期 时间"),
            is_needed=True,
            example="2025-03-11",
        ),
        Column(
            "speaker_name",
            pgettext_lazy("column", "Speaker"),
            as_name,
            called("说事人 说事人姓名 群众姓名 姓名 反映人 当事人"),
        ),
        Column(
            "speaker_phone",
            pgettext_lazy("column", "Phone"),
            as_phone,
            called("电话 联系电话 联系方式 手机 手机号"),
        ),
        Column(
            "title",
            pgettext_lazy("column", "Matter"),
            as_words,
            called("事项 事项名称 事由 标题 事项标题 问题"),
            longest=60,
        ),
        Column(
            "verbatim",
            pgettext_lazy("column", "Words spoken"),
            as_words,
            called("说事内容 反映内容 事项内容 内容 主要内容 诉求 诉求内容 反映问题"),
            is_needed=True,
            longest=LONGEST_WORDS,
        ),
        Column(
            "category",
            pgettext_lazy("column", "Category"),
            as_category_or_topic,
            called("事项类别 类别 类型 事项类型 分类"),
            help=gettext_lazy("Or the topic, by the name that it has here."),
        ),
        Column(
            "topic",
            pgettext_lazy("column", "Topic"),
            as_text,
            called("议题 事项议题 具体类别 事项小类"),
        ),
        Column(
            "grade",
            pgettext_lazy("column", "Size"),
            as_grade,
            called("事项等级 等级 大小 事情大小"),
            may_be_left_out=True,
        ),
        Column(
            "channel",
            pgettext_lazy("column", "Told how"),
            as_channel,
            called("说事方式 来源 渠道 反映方式 说事渠道"),
            may_be_left_out=True,
        ),
        Column(
            "confidentiality",
            pgettext_lazy("column", "Confidentiality"),
            as_confidentiality,
            called(
                "保密级别 保密 保密要求 是否保密 是否隐名 隐名 匿名 是否匿名 公开范围"
            ),
        ),
        Column(
            "handling",
            pgettext_lazy("column", "Handled how"),
            as_handling,
            called("办理方式 处理方式 办事方式"),
            may_be_left_out=True,
        ),
        Column(
            "result",
            pgettext_lazy("column", "Result"),
            as_words,
            called("办理结果 办理情况 处理结果 处理情况 结果 办结情况"),
            longest=LONGEST_WORDS,
        ),
        Column(
            "standing",
            pgettext_lazy("column", "Standing"),
            as_standing,
            called("办理状态 状态 是否办结 办结与否 进展"),
        ),
        Column(
            "completed_on",
            pgettext_lazy("column", "Completed on"),
            as_day,
            called("办结时间 办结日期 完成时间"),
        ),
        Column(
            "closed_on",
            pgettext_lazy("column", "Closed on"),
            as_day,
            called("销号时间 销号日期 结束时间"),
        ),
        Column(
            "satisfaction",
            pgettext_lazy("column", "Satisfaction"),
            as_satisfaction,
            called("满意度 群众评价 评价 满意情况 是否满意"),
            may_be_left_out=True,
        ),
        Column(
            "solved",
            pgettext_lazy("column", "Solved"),
            as_solved,
            called("是否解决 解决情况"),
            may_be_left_out=True,
        ),
    )

    def around(self, run: ImportRun, at: datetime) -> OldMatters:
        return OldMatters.read(run, at)

    def judge(self, entries: Sequence[Entry], around: OldMatters) -> None:
        for entry in entries:
            if not entry.has_fault:
                self._judge_one(entry, around)

        sources = [
            entry.values["matter"].source for entry in entries if not entry.has_fault
        ]
        there = set(
            Case.objects.filter(town=around.town, adopted_from__in=sources).values_list(
                "adopted_from", flat=True
            )
        )
        for entry in entries:
            if not entry.has_fault and entry.values["matter"].source in there:
                entry.verdict = Verdict.SAME

    def _judge_one(self, entry: Entry, around: OldMatters) -> None:
        matter = self._matter_of(entry, around)
        if matter is None or around.surroundings is None:
            return

        before = around.met_before(("source", matter.source), entry)
        if before:
            words = _("This number stands in row %(row)s already.")
            entry.fault("number", words % {"row": before})
        elif fault := fault_of(matter, around.surroundings):
            entry.fault("", fault)
        entry.values["matter"] = matter

    def _matter_of(self, entry: Entry, around: OldMatters) -> Matter | None:
        """Return a row as a matter; None where a fault was noted."""
        values = entry.values
        village = village_of(entry, around)
        _refuse_unsaid_confidence(entry)
        if entry.has_fault:
            return None

        group = None
        if village and values.get("group"):
            group = around.groups.get((village.pk, values["group"]))
        if values.get("group") and group is None:
            entry.note("group", _("There is no such group; it is left out."))

        spoken = Spoken(
            values["verbatim"],
            village,
            None if village else around.town,
            speaker_name=values.get("speaker_name") or "",
            speaker_phone=values.get("speaker_phone") or "",
            title=values.get("title") or "",
        )
        return Matter(
            source=_source_of(values),
            title=title_of(spoken),
            verbatim=spoken.verbatim,
            registered_at=_moment(values["registered_on"]),
            village=village,
            town=spoken.town,
            group=group,
            speaker_name=spoken.speaker_name,
            speaker_phone=spoken.speaker_phone,
            **_chosen(values),
            **_subject_of(entry, around),
            **_end_of(entry, around.at),
        )

    def put_in(self, entries: Sequence[Entry], around: OldMatters) -> None:
        """Adopt the matters, all or none. Those at fault are left out where the list
        goes in without such rows; else all stay out.
        """
        if _adopted(entries, around):
            return
        others = [entry for entry in entries if not entry.has_fault]
        if around.good_only and _adopted(others, around):
            return

        first = next(entry for entry in entries if entry.has_fault)
        words = _("Left out because of row %(row)s: %(fault)s")
        words %= {"row": first.row.number, "fault": first.first_fault}
        for entry in entries:
            if not entry.has_fault:
                entry.fault("", words)

    def take_back(
        self, undone: Sequence[tuple[ImportRow, Mapping[str, Any]]], around: Any
    ) -> dict[int, str]:
        return {row.pk: _("a matter stays once it is adopted") for row, _undo in undone}


def _adopted(entries: Sequence[Entry], around: OldMatters) -> bool:
    """Adopt the matters of rows and tell whether that was done; if not, each row at
    fault has its fault noted.
    """
    if around.surroundings is None or not entries:
        return True

    matters = [entry.values["matter"] for entry in entries]
    try:
        adopt(matters, around.surroundings.by, around.at)
    except InputRefused as refusal:
        for nth, words in refusal.fields.items():
            entries[int(nth) - 1].fault("", str(words))
        if not refusal.fields:
            entries[0].fault("", str(refusal))
        return False
    return True


def _source_of(values: Mapping[str, Any]) -> str:
    """Return by what a matter is known: its number, with the year before one that is
    counted anew each year.
    """
    number: str = values["number"]
    return f"{values['registered_on'].year}-{number}" if number.isdecimal() else number


def _moment(day: Any) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _chosen(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the choices that a row makes; of those it leaves empty none."""
    names = ("grade", "channel", "handling", "confidentiality")
    return {name: values[name] for name in names if values.get(name)}


def _refuse_unsaid_confidence(entry: Entry) -> None:
    """Have somebody say whether a matter is hidden whose words ask for it: it cannot be
    taken back, and all would have read who spoke.
    """
    is_said = entry.values.get("confidentiality") is not None
    texts = [entry.values.get(name) or "" for name in ("verbatim", "title", "result")]
    if not is_said and ASKS_TO_BE_HIDDEN.search("\n".join(texts)):
        entry.fault("confidentiality", _("The words ask for confidence: say which."))


def _subject_of(entry: Entry, around: OldMatters) -> dict[str, Any]:
    """Return category and topic, as far as they are known here."""
    subject: dict[str, Any] = {}
    for column in ("category", "topic"):
        said = entry.values.get(column)
        if isinstance(said, Category):
            subject["category"] = said
        elif said in around.topics:
            subject["topic"] = around.topics[said]
        elif said:
            entry.note(column, _("There is no such topic here; it is left out."))
    return subject


def _end_of(entry: Entry, at: datetime) -> dict[str, Any]:
    """Return how a matter ended: its result, days and rating; of an open one that it
    was just heard: its time begins here, where nobody could work on it before.
    """
    values = entry.values
    completed_on = values.get("completed_on")
    closed_on = values.get("closed_on") or completed_on
    if values.get("standing") is False or not (values.get("standing") or closed_on):
        entry.note("standing", _("Open: it comes in as just heard."))
        return {"stage": Stage.SPEAK, "since": at}
    if closed_on is None:
        entry.fault("closed_on", _("Say on which day it was closed."))
        return {"stage": Stage.SPEAK}

    end: dict[str, Any] = {"stage": Stage.CLOSED, "closed_at": _moment(closed_on)}
    if values.get("result"):
        end["result"] = values["result"]
        end["outcome"] = Outcome.DONE
        end["completed_at"] = _moment(completed_on or closed_on)
    if values.get("satisfaction") and values.get("solved"):
        end["satisfaction"] = values["satisfaction"]
        end["solved"] = values["solved"]
        end["close_reason"] = CloseReason.RATED
        return end

    if values.get("satisfaction"):
        entry.note("solved", _("Whether it was solved is not said: it is in no rate."))
    end["close_reason"] = CloseReason.UNRATED
    return end
