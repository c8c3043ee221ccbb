"""常用语: texts ready to be filled into a step, for every town or for one."""

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from villages.models import Town

LONGEST = 1000
# the names that the software fills in
MATTER = "事项"
NUMBER = "编号"
PLACE = "村"
REPLY_BY = "答复日"
FILLED_IN = (MATTER, NUMBER, PLACE, REPLY_BY)
BRACED = re.compile(r"\{([^{}]*)\}")


class StandardText(models.Model):
    """A text to choose from beside a box of a step.

    `{事项}` and the like are filled in by the software when the text is chosen, 【…】
    by the officer.
    """

    town = models.ForeignKey(
        Town,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="standard_texts",
        verbose_name=_("town"),
        help_text=_("Empty: for all towns."),
    )
    action = models.CharField(_("step"), max_length=24)
    input = models.CharField(_("box"), max_length=24)
    title = models.CharField(_("title"), max_length=30)
    text = models.TextField(_("text"), max_length=LONGEST)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("standard text")
        verbose_name_plural = _("standard texts")
        ordering = ("action", "input", "position", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("action", "input", "title"),
                condition=Q(town=None),
                name="standard_text_title_once",
            ),
            models.UniqueConstraint(
                fields=("town", "action", "input", "title"),
                condition=Q(town__isnull=False),
                name="standard_text_title_once_a_town",
            ),
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(title=""),
                name="standard_text_says_something",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        unknown = [name for name in BRACED.findall(self.text) if name not in FILLED_IN]
        if unknown:
            words = _(
                "The software cannot fill in {%(name)s}; write it as 【%(name)s】."
            ) % {"name": unknown[0]}
            raise ValidationError({"text": words})
