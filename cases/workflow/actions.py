"""The names of all moves and acts: what a person does with a case.

The labels are the words on the buttons.
"""

from django.db import models
from django.utils.translation import pgettext_lazy


class Action(models.TextChoices):
    REGISTER = "register", pgettext_lazy("action", "Take it down")
    SETTLE = "settle", pgettext_lazy("action", "Settled on the spot")
    ACCEPT = "accept", pgettext_lazy("action", "Accept it")
    DIVERT = "divert", pgettext_lazy("action", "Show the proper route")
    MERGE = "merge", pgettext_lazy("action", "Merge with another matter")
    VOID = "void", pgettext_lazy("action", "Taken down by mistake or twice: void it")
    ESCALATE = "escalate", pgettext_lazy("action", "Beyond us, report it up")
    SEND_BACK = "send_back", pgettext_lazy("action", "Send it back down")
    DECIDE = "decide", pgettext_lazy("action", "Decided, hand it over")
    RETURN = "return", pgettext_lazy("action", "Cannot handle it, return it")
    COMPLETE = "complete", pgettext_lazy("action", "It is done")
    VERIFY = "verify", pgettext_lazy("action", "Checked, ask the speaker to rate")
    REJECT = "reject", pgettext_lazy("action", "Not done properly, back to work")
    RATE = "rate", pgettext_lazy("action", "Write down the rating")
    REDO = "redo", pgettext_lazy("action", "Order it redone")
    EXPLAIN = "explain", pgettext_lazy("action", "Explained, close it")
    CLOSE_UNRATED = "close_unrated", pgettext_lazy("action", "Nobody reached, close it")
    REOPEN = "reopen", pgettext_lazy("action", "Open it again")
    WITHDRAW = "withdraw", pgettext_lazy("action", "The speaker takes it back")
    # acts that keep the stage
    ACKNOWLEDGE = "acknowledge", pgettext_lazy("action", "Received")
    PROGRESS = "progress", pgettext_lazy("action", "Note progress")
    REPORT = "report", pgettext_lazy("action", "Our part is done")
    HAND_BACK = (
        "hand_back",
        pgettext_lazy("action", "This part is not ours, give it back"),
    )
    RULE_HAND_BACK = (
        "rule_hand_back",
        pgettext_lazy("action", "Rule on the part given back"),
    )
    WAIVE = "waive", pgettext_lazy("action", "No report needed")
    REASSIGN = "reassign", pgettext_lazy("action", "Hand it to somebody else")
    REGRADE = "regrade", pgettext_lazy("action", "Change the grade")
    RESERVE = (
        "reserve",
        pgettext_lazy("action", "Change whether the villagers decide it"),
    )
    JOIN = "join", pgettext_lazy("action", "Invite a village")
    DEFER = "defer", pgettext_lazy("action", "Put it off")
    REPLY = "reply", pgettext_lazy("action", "Reply to the speaker")
    ATTEMPT = "attempt", pgettext_lazy("action", "Tried, nobody answered")
    CALL_BACK = "call_back", pgettext_lazy("action", "Call back to check")
    SUPPLEMENT = "supplement", pgettext_lazy("action", "Add something")
    AFTERWORD = "afterword", pgettext_lazy("action", "Something more to say")
    ANSWER_AFTERWORD = (
        "answer_afterword",
        pgettext_lazy("action", "Answer what was said after closing"),
    )
    NOTE_AFTERWORD = (
        "note_afterword",
        pgettext_lazy("action", "Take note of what was said after closing"),
    )
    ASK_REOPENING = (
        "ask_reopening",
        pgettext_lazy("action", "Ask that it be opened again"),
    )
    URGE = "urge", pgettext_lazy("action", "Please hurry")
    ASK_EXTENSION = "ask_extension", pgettext_lazy("action", "Ask for more time")
    ASK_SUSPENSION = "ask_suspension", pgettext_lazy("action", "Ask to suspend it")
    RULE_EXTENSION = "rule_extension", pgettext_lazy("action", "Rule on more time")
    RULE_SUSPENSION = (
        "rule_suspension",
        pgettext_lazy("action", "Rule on the suspension"),
    )
    RESUME = "resume", pgettext_lazy("action", "Go on with it")
    PROTECT = "protect", pgettext_lazy("action", "Change who may see it")
    HIDE_WORDS = "hide_words", pgettext_lazy("action", "Blank further words")
    RECUSE = "recuse", pgettext_lazy("action", "It concerns a cadre")
    LIFT_RECUSAL = (
        "lift_recusal",
        pgettext_lazy("action", "It does not concern them after all"),
    )
    MANDATORY_REPORT = (
        "mandatory_report",
        pgettext_lazy("action", "Red line: report it"),
    )
    RECEIPT = "receipt", pgettext_lazy("action", "Red line: note the receipt")
    SUPERVISE = "supervise", pgettext_lazy("action", "Chase it")
    REMOVE_FILE = "remove_file", pgettext_lazy("action", "Take the file off")
    SHOW_FILE = (
        "show_file",
        pgettext_lazy("action", "Let the speaker see the photo, or no longer"),
    )
    AMEND = "amend", pgettext_lazy("action", "Correct the entry")
    RECEIVE_MERGED = (
        "receive_merged",
        pgettext_lazy("action", "Another matter was merged with this one"),
    )
    RECONSIDER = "reconsider", pgettext_lazy("action", "Not passed, decide it anew")
    REHOME = "rehome", pgettext_lazy("action", "Find a new owner")
    ALARM = "alarm", pgettext_lazy("action", "Alarm: nobody left to act")
    ADOPT = "adopt", pgettext_lazy("action", "Taken over from an old ledger")
