"""Every action stands in this table, with the lists and marks it belongs to.

A new action fails here until somebody has thought of each of them.
"""

from collections.abc import Iterable

import pytest

from cases.ledgers.asking import AFTER_A_RETURN, GIVEN_BACK
from cases.ledgers.book import RESPONSIBLE
from cases.lists.requests import RULED_BY
from cases.meetings import ITEM_ACTIONS
from cases.views.queue import TOGETHER
from cases.views.visiting import OFFERED, OFFERED_AFTER_MERGE
from cases.workflow import MOVES, Action, actions_that
from cases.workflow.facts import INTO_DELIBERATION, REMEMBERED
from supervision.notices.speaker import AT_THE_COUNTER, WORDS_AT
from supervision.telling.concerning import OTHERS, PASSED_ON, RULED, SAID
from supervision.telling.event_facts import ASKED, LEFT

TABLE = """
    register          passed_on
    settle            everyday passed_on remembered answer counter responsible
    accept            everyday passed_on answer counter
    void
    divert            item after_return
    merge             item after_return
    escalate          everyday passed_on item after_return
    send_back         passed_on item after_return together remembered
    decide            everyday passed_on item after_return together
    return            everyday passed_on given_back into_deliberation
    complete          everyday passed_on responsible
    verify            everyday passed_on answer
    reject            everyday passed_on into_deliberation
    rate              everyday passed_on track
    redo              everyday passed_on ruling
    explain           everyday ruling
    close_unrated     everyday
    reopen            passed_on track remembered
    withdraw          track others left answer
    acknowledge       everyday responsible
    progress          everyday
    report            everyday
    hand_back         asked given_back
    rule_hand_back    everyday ruling ruled
    waive
    reassign          passed_on
    regrade
    reserve
    join
    defer             item after_return together remembered
    reply             answer
    attempt           everyday remembered
    call_back         passed_on
    supplement        speakers_own track track_merged remembered
    afterword         others track remembered
    answer_afterword  everyday ruling answer
    note_afterword    everyday ruling
    ask_reopening     everyday ruling others
    urge              speakers_own track track_merged remembered
    ask_extension     asked
    ask_suspension    asked
    rule_extension    everyday ruling ruled request
    rule_suspension   everyday ruling ruled request
    resume            everyday
    protect           passed_on left
    hide_words
    recuse            passed_on into_deliberation
    lift_recusal      passed_on
    mandatory_report  others remembered
    receipt           remembered
    supervise         others
    amend
    remove_file
    show_file
    receive_merged    passed_on into_deliberation
    reconsider        passed_on into_deliberation
    rehome            passed_on into_deliberation
    alarm             others remembered
    adopt
"""
LISTS: dict[str, Iterable[str]] = {
    "everyday": actions_that(lambda move: move.everyday),
    "ruling": actions_that(lambda move: move.ruling),
    "passed_on": PASSED_ON,
    "asked": ASKED,
    "ruled": RULED,
    "speakers_own": SAID,
    "others": OTHERS,
    "left": LEFT,
    "answer": WORDS_AT,
    "counter": AT_THE_COUNTER,
    "item": ITEM_ACTIONS,
    "together": TOGETHER,
    "given_back": GIVEN_BACK,
    "after_return": AFTER_A_RETURN,
    "request": RULED_BY.values(),
    "responsible": RESPONSIBLE,
    "track": OFFERED,
    "track_merged": OFFERED_AFTER_MERGE,
    "remembered": REMEMBERED,
    "into_deliberation": INTO_DELIBERATION,
}
ROWS = {name: set(marks) for name, *marks in map(str.split, TABLE.split("\n")[1:-1])}


def test_every_action_has_a_row():
    assert set(ROWS) == set(Action.values)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_holds_the_actions_of_its_column(name):
    marked = {action for action, marks in ROWS.items() if name in marks}

    assert {str(action) for action in LISTS[name]} == marked


def test_every_mark_is_the_name_of_a_list():
    assert set().union(*ROWS.values()) == set(LISTS)


def test_no_two_buttons_of_every_day_have_one_place():
    places = [move.everyday for move in MOVES.values() if move.everyday]

    assert sorted(places) == list(range(1, len(places) + 1))


def test_each_request_is_ruled_on_by_one_move():
    ruled = [move.rules_on for move in MOVES.values() if move.rules_on]

    assert len(ruled) == len(set(ruled))
    assert all(action in MOVES for action in ruled)
