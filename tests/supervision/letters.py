"""Letters and messages to groups: who gets some, what is asked of the outbox, and what
stands in them.
"""

from email import message_from_bytes, policy

from supervision.chasing.sweeping import sweep
from supervision.models import Notice, NoticeChannel, Robot
from tests.cases.roads import DAY, NOON, accepted

EIGHT = NOON.replace(hour=8) + DAY  # the next working morning


def with_mail(post, address="a@example.cn"):
    post.user.email = address
    post.user.save()


def letters():
    return Notice.objects.filter(channel=NoticeChannel.EMAIL)


def to_group():
    return Notice.objects.filter(channel=NoticeChannel.ROBOT)


def text_of(letter):
    found = message_from_bytes(letter.encode(), policy=policy.default)
    return found["Subject"], found.get_content()


def late(here, group=None, **fields):
    """Overdue, its town's group told of it; the sweep ran in the night."""
    if group:
        Robot.objects.get_or_create(
            town=here.town, name="村干部群", defaults={"url": group.url}
        )
    case = accepted(here, **fields)
    sweep(case.due_at)
    return case
