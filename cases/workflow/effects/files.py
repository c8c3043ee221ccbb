"""Files of a case: taken off again by whoever added them."""

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Attachment
from cases.workflow.step import Step
from minshi.errors import NoSuchRight


def remove_file(step: Step) -> None:
    """Take a file off: the row now, the file and its thumbnail once that is certain.

    The event keeps what it was known by. NoSuchRight: somebody else added it.
    """
    file: Attachment = step.values["file"]
    is_of_case = file.case_id == step.case.pk
    is_own = file.post is not None and file.post.user_id == step.officers_post.user_id
    if not is_of_case or not is_own:
        raise NoSuchRight(_("Only whoever added a file may take it off."))

    step.data["file"] = str(file.uuid)
    step.data["sha256"] = file.received_sha256

    storage = file.file.storage
    names = [stored.name for stored in (file.file, file.thumbnail) if stored.name]
    file.delete()

    def erase() -> None:
        for name in names:
            storage.delete(name)

    transaction.on_commit(erase)
