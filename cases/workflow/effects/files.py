"""Files of a case: taken off again by whoever added them."""

from django.db import transaction
from django.utils.translation import gettext as _

from cases.attachments import remove_stored
from cases.models import Attachment
from cases.workflow.step import Step
from minshi.errors import MoveRefused, NoSuchRight


def remove_file(step: Step) -> None:
    """Take a file off: the row now, the file and its thumbnail once that is certain.

    The event keeps what it was known by. MoveRefused: it was taken off while this step
    waited for the case. NoSuchRight: somebody else added it.
    """
    asked: Attachment = step.values["file"]
    if asked.case_id != step.case.pk:
        raise _not_yours()
    file = Attachment.objects.select_related("post").filter(uuid=asked.uuid).first()
    if file is None:
        raise MoveRefused(_("The file was taken off already."))
    if file.post is None or file.post.user_id != step.officers_post.user_id:
        raise _not_yours()

    step.data["file"] = str(file.uuid)
    step.data["sha256"] = file.received_sha256

    storage = file.file.storage
    names = [stored.name for stored in (file.file, file.thumbnail) if stored.name]
    file.delete()

    def erase() -> None:
        for name in names:
            remove_stored(storage, name)

    transaction.on_commit(erase)


def _not_yours() -> NoSuchRight:
    return NoSuchRight(_("Only whoever added a file may take it off."))
