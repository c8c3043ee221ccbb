"""Files of a case: taken off again by whoever added them, shown to the speaker."""

from django.db import transaction
from django.utils.translation import gettext as _

from cases.attachments import ATTACHMENT, remove_stored
from cases.models import Attachment
from cases.workflow.step import Step
from minshi.errors import MoveRefused, NoSuchRight
from villages.finals import change_recorded, seal_removed


def remove_file(step: Step) -> None:
    """Take a file off: the row now, the file and its thumbnail once that is certain.

    The event keeps what it was known by. MoveRefused: it was taken off while this step
    waited for the case. NoSuchRight: somebody else added it.
    """
    file = _file_asked_for(step)
    if file.post is None or file.post.user_id != step.officers_post.user_id:
        raise _not_yours()

    step.data["file"] = str(file.uuid)
    step.data["sha256"] = file.received_sha256

    storage = file.file.storage
    names = [stored.name for stored in (file.file, file.thumbnail) if stored.name]
    by = step.officers_post.user
    seal_removed(ATTACHMENT, file, at=step.at, user=by)
    file.delete()

    def erase() -> None:
        for name in names:
            remove_stored(storage, name)

    transaction.on_commit(erase)


def show_file(step: Step) -> None:
    """Let the speaker see a photo on the tracking page, or no longer.

    MoveRefused: it was taken off meanwhile, is no photo, or is of a secret matter.
    """
    file = _file_asked_for(step)
    is_public = bool(step.values["public"])
    if is_public and not file.thumbnail:
        raise MoveRefused(_("Only a photo can be shown to the speaker."))
    if is_public and not step.case.shows_photos:
        raise MoveRefused(_("The speaker sees no photos of a secret matter."))

    file.is_public = is_public
    by = step.officers_post.user
    with change_recorded(ATTACHMENT, file, at=step.at, user=by):
        file.save(update_fields=["is_public"])
    step.data["file"] = str(file.uuid)
    step.data["sha256"] = file.received_sha256
    step.data["public"] = is_public


def _file_asked_for(step: Step) -> Attachment:
    """Return the file as it is now. NoSuchRight: it is of another case."""
    asked: Attachment = step.values["file"]
    if asked.case_id != step.case.pk:
        raise _not_yours()

    file = Attachment.objects.select_related("post").filter(uuid=asked.uuid).first()
    if file is None:
        raise MoveRefused(_("The file was taken off already."))
    return file


def _not_yours() -> NoSuchRight:
    return NoSuchRight(_("Only whoever added a file may take it off."))
