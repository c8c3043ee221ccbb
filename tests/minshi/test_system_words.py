"""The reasons of the system in the user's words."""

import errno
import os
import re
import shutil
import socket
import ssl

import pytest

from minshi.system_words import REASONS, reason_in, reason_of

LATIN = re.compile(r"[A-Za-z]")


@pytest.mark.parametrize("number", REASONS)
def test_a_usual_reason_is_told_in_chinese(number):
    words = reason_of(OSError(number, os.strerror(number), "/var/backups"))

    assert words
    assert not LATIN.search(words)


def test_any_other_reason_is_told_by_its_number():
    assert reason_of(OSError(errno.ELOOP, os.strerror(errno.ELOOP))) == "系统错误 40"


def test_the_number_of_another_list_is_not_taken_for_the_systems():
    no_host = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    no_trust = ssl.SSLError(errno.EPERM, "certificate verify failed")

    assert reason_of(no_host) == "找不到这个名称的服务器"
    assert reason_of(no_trust) == "对方的证书或加密方式不被接受"
    assert reason_of(TimeoutError("timed out")) == "等了很久没有回应"


def test_reasons_that_another_program_hands_on_are_found_in_its_words(tmp_path):
    (tmp_path / "heads").mkdir()
    (tmp_path / "heads" / "gone").symlink_to(tmp_path / "nothing")

    with pytest.raises(shutil.Error) as raised:
        shutil.copytree(tmp_path / "heads", tmp_path / "copy")
    assert reason_of(raised.value) == "找不到"

    said = "pg_dump: error: could not write to file: No space left on device"
    assert reason_in(said) == "磁盘没有空间了"
    assert reason_in("pg_dump: error: server closed") == "pg_dump: error: server closed"
