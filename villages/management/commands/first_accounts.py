"""Open the accounts of the three administrators of a new installation."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from minshi.clock import now
from minshi.errors import RuleBroken
from villages.accounts import open_first_accounts


class Command(BaseCommand):
    help = (
        "Opens an account for the system administrator, the security administrator and"
        " the auditor, and prints their one-time passwords. Once: later accounts come"
        " from the security administrator."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            opened = open_first_accounts(now())
        except RuleBroken as refusal:
            raise CommandError(str(refusal)) from refusal

        for user, password in opened:
            self.stdout.write(f"{user.username}\t{user.name}\t{password}")
