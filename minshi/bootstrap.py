"""Sets the project up and serves the demo: run by the system's Python, with nothing but
the standard library.
"""

import argparse
import base64
import contextlib
import errno
import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCALE = ROOT / "minshi" / "locale"
VAR = ROOT / "var"
UNFINISHED = VAR / "unfinished"  # stands while what lies in var/ may be thrown away
ACCOUNTS = VAR / "accounts.txt"
DATABASE = VAR / "minshi.sqlite3"
KEYS = VAR / "demo.env"
MADE_IN_VAR = (
    "minshi.sqlite3*",
    "media",
    "static",
    "beat-schedule*",
    "heads",
    "*.txt",
    "*.stamp",
    "demo.env*",
)
# in Chinese here: the catalogue of minshi/system_words.py may be yet to be compiled
REASONS = {
    errno.ENOENT: "找不到",
    errno.EPERM: "现在的账号没有权限",
    errno.EACCES: "现在的账号没有权限",
    errno.ENOTDIR: "路径里有一段不是文件夹",
    errno.ENOSPC: "磁盘没有空间了",
    errno.EDQUOT: "磁盘没有空间了",
    errno.EROFS: "磁盘只能读、不能写",
    errno.EIO: "磁盘读写出错，可能坏了",
    errno.ENOMEM: "这台机器的内存不够了",
}
HIGHEST_PORT = 65535
SILENCE = 10  # seconds without a word, at most
DEMO_TOWN = "621226118"

# real backups, letters and messages, which a demo makes and sends none of
REACHES_OTHERS = ("BACKUP_KEY", "BACKUP_DIR", "EMAIL_URL", "SMS_URL")

# The demo keeps its own keys and is always embedded, whatever the shell that calls it
# serves elsewhere.
NOT_INHERITED = (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "FIELD_KEYS",
    "INDEX_KEY",
    "DEBUG",
    "DEMO_PASSWORD",
    "MINSHI_VAR",
    "MEDIA_ROOT",
    "STATIC_ROOT",
    "MINSHI_NO_BACKGROUND",
    *REACHES_OTHERS,
    "DJANGO_SETTINGS_MODULE",
    "PYTHONPATH",
    "PYTHONHOME",
    "GUNICORN_CMD_ARGS",
    "WEB_CONCURRENCY",
)

UNREACHABLE = re.compile(
    r"NewConnectionError|ConnectionError|ConnectTimeout|ReadTimeout|timed out|Temporary"
    r" failure|SSLError|ProxyError|"
    r"Connection (refused|broken|reset)|Network is unreachable|No route to host|Name or"
    r" service not known"
)


# The lock of this folder, handed to every child, so that a new run waits for an orphan
# of a killed one.
HELD: list[int] = []


class Failed(Exception):
    """A reason to stop that a person can act on; shown as one line."""


def say(text: str) -> None:
    print(f"· {text}", flush=True)


@contextlib.contextmanager
def step(text: str) -> Iterator[None]:
    """Say what is being done, and every ten seconds that it still is: on a busy machine
    silence looks like an end.
    """
    say(text)
    began = time.monotonic()
    done = threading.Event()

    def report() -> None:
        while not done.wait(SILENCE):
            seconds = round(time.monotonic() - began)
            say(f"{text} … {seconds} s")

    reporter = threading.Thread(target=report, daemon=True)
    reporter.start()
    try:
        yield
    finally:
        done.set()
        reporter.join()


def call(
    *command: str, output: IO[str] | None = None, env: Mapping[str, str] | None = None
) -> int:
    result = subprocess.run(
        command, cwd=ROOT, stdout=output, env=env, check=False, pass_fds=HELD
    )
    return result.returncode


def listen(*command: str) -> tuple[int, str]:
    """Run a command and return its exit code and all that it printed."""
    try:
        result = subprocess.run(
            command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            pass_fds=HELD,
        )
    except OSError as error:
        return 127, f"{error.filename or command[0]}：{reason_of(error)}"
    return result.returncode, result.stdout


def reason_of(error: OSError) -> str:
    """Return why the system refused, in Chinese; what is not usual by its number."""
    return REASONS.get(error.errno or 0, f"系统错误 {error.errno}")


# --- what has been done already -------------------------------------------------------


def file_digest(*paths: Path) -> str:
    """One hash over the contents of `paths`; a missing file counts as empty."""
    total = hashlib.sha256()
    for path in paths:
        content = path.read_bytes() if path.exists() else b""
        total.update(len(content).to_bytes(8, "big") + content)
    return total.hexdigest()


def stamped(stamp: Path, value: str) -> bool:
    return stamp.exists() and stamp.read_text() == value


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Hold off a second set-up of this folder."""
    handle = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with step(
                "等待本目录中另一个安装过程结束 / waiting for another set-up in this"
                " folder to end"
            ):
                fcntl.flock(handle, fcntl.LOCK_EX)
        HELD.append(handle)
        yield
    finally:
        HELD.clear()
        os.close(handle)


# --- the virtual environment ----------------------------------------------------------


def make_environment() -> None:
    """Create `.venv`, again when it is broken, too old, or was left by an installation
    that was killed.
    """
    interrupted = VENV / "installing"
    healthy = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    if not interrupted.exists() and listen(str(PYTHON), "-c", healthy)[0] == 0:
        return

    # not .venv itself, where that is activated
    outside = getattr(sys, "_base_executable", sys.executable)
    with step("建立 Python 环境 .venv / creating .venv"):
        code, answer = listen(outside, "-m", "venv", "--clear", str(VENV))

    if code and "ensurepip" in answer:
        raise Failed(
            "Python 缺少 venv 组件，请先安装（Debian：apt-get install python3-venv）/"
            " Python lacks venv"
        )
    if code:
        raise Failed(f"不能建立 .venv:{last_line(answer)} / cannot create .venv")


def install(*, dev: bool) -> None:
    """Install exactly what the lock file says, once a lock file; the dev lock contains
    the other.

    1. Make the environment, and stop where it matches the lock files already.
    2. Take the stamps away, and mark the environment as unfinished.
    3. Install.
    4. Stamp the environment with the lock files it matches.
    """
    make_environment()
    names = ["requirements.lock"]
    if dev:
        names.append("requirements-dev.lock")
    if all(stamped(VENV / f"{name}.stamp", wanted(name)) for name in names):
        return

    for name in names:
        (VENV / f"{name}.stamp").unlink(missing_ok=True)
    (VENV / "installing").touch()

    with step(
        "安装依赖，首次约一分钟 / installing the pinned packages, about a minute the"
        " first time"
    ):
        run_pip(str(PYTHON), ROOT / names[-1], VENV / "install.log")

    for name in names:
        (VENV / f"{name}.stamp").write_text(wanted(name))


def wanted(name: str) -> str:
    # scripts hold the path: a moved folder installs again
    return file_digest(ROOT / name, VENV / "pyvenv.cfg") + str(VENV)


def run_pip(python: str, requirements: Path, log: Path) -> None:
    """Install by pip, whose answer goes to `log`; a failure is told in one line."""
    command = [python, "-m", "pip", "install"]
    command += ["--require-hashes", "--only-binary", ":all:", "--retries", "2"]
    command += ["--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    command += ["-r", str(requirements)]
    code, answer = listen(*command)
    log.write_text(answer)

    # pip ended by itself, and undoes what it could not finish
    log.with_name("installing").unlink(missing_ok=True)

    if code == 0:
        return
    if UNREACHABLE.search(answer):
        raise Failed(
            f"连不上 Python 软件包源，请检查网络后重试（详见 {log}）/ the package index"
            " cannot be reached"
        )
    raise Failed(
        f"依赖安装失败：{last_line(answer)}（详见 {log}）/ the packages could not be"
        " installed"
    )


def last_line(text: str) -> str:
    """Return the last line that speaks of an error, else the last one, else "?"; of
    what the system refused the reason in Chinese.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    last = lines[-1] if lines else "?"
    for line in reversed(lines):
        if "error" in line.lower():
            last = line
            break

    for number, reason in REASONS.items():
        if os.strerror(number) in last:
            return reason
    return last


def compile_catalogue() -> None:
    """Compile the .po files with Babel: no gettext is needed on this machine."""
    sources = sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))
    compiled = [path.with_suffix(".mo") for path in sources]
    stamp = VENV / "catalogue.stamp"
    is_complete = all(path.exists() for path in compiled)
    if is_complete and stamped(stamp, file_digest(*sources, *compiled)):
        return

    if sources:
        babel = (str(PYTHON), "-m", "babel.messages.frontend")
        code, answer = listen(*babel, "compile", "-D", "django", "-d", str(LOCALE))
        if code:
            raise Failed(
                f"译文目录编译失败：{last_line(answer)} / the catalogue does not"
                " compile"
            )

    stamp.write_text(file_digest(*sources, *compiled))


# --- the demo -------------------------------------------------------------------------


def demo_password(given: Mapping[str, str]) -> str:
    """Return DEMO_PASSWORD where it is given, else a new one."""
    password = given.get("DEMO_PASSWORD") or secrets.token_hex(6)
    if not re.fullmatch(r"(?!\$)[\w!$%*+,./:=?@^~-]{10,}", password, re.ASCII):
        raise Failed(
            "DEMO_PASSWORD 须为至少 10 个字母、数字或常用符号，不含空格、引号和 #，不以"
            " $ 开头 / DEMO_PASSWORD needs 10 or more letters, digits or plain signs"
            " and must not start with $"
        )
    return password


def write_keys(password: str) -> None:
    """Write var/demo.env once, all of it or nothing; settings read it, so no value may
    start with `$`.
    """
    if KEYS.exists():
        return

    values = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "INDEX_KEY": secrets.token_urlsafe(32),
        "DEBUG": "true",
        "DEMO_PASSWORD": password,
    }
    lines = [f"{name}={value}\n" for name, value in values.items()]

    draft = KEYS.with_name("demo.env.new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write("".join(lines))
        file.flush()
        os.fsync(file.fileno())
    draft.rename(KEYS)


def clear() -> None:
    """Empty var/ of all the demo made.

    Database and keys go together: the mark that asks for it goes last.
    """
    for pattern in MADE_IN_VAR:
        for path in VAR.glob(pattern):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


def prepare_var(*, reset: bool, password: str) -> bool:
    """Make var/ ready with keys, and return True when the demo town has still to be
    made.
    """
    VAR.mkdir(mode=0o700, exist_ok=True)
    has_database = DATABASE.exists() and DATABASE.stat().st_size > 0
    if reset or not (has_database or KEYS.exists()):
        UNFINISHED.touch()

    if UNFINISHED.exists():
        clear()
    elif not (has_database and KEYS.exists()):
        raise Failed(
            "var/ 中的数据库 minshi.sqlite3 与密钥 demo.env 缺了一个：请补回，或用 make"
            " demo RESET=1 重新开始 / the database or its keys are missing: put them"
            " back, or start over with make demo RESET=1"
        )
    else:
        refuse_other_versions()

    write_keys(password)
    return UNFINISHED.exists()


def refuse_other_versions() -> None:
    """Stop before a database that this code's migrations cannot have made: one of them
    is gone, or was put between those that the database has.
    """
    recorded: dict[str, list[str]] = {}
    try:
        with contextlib.closing(
            sqlite3.connect(f"{DATABASE.as_uri()}?mode=rw", uri=True)
        ) as database:
            rows = database.execute("SELECT app, name FROM django_migrations")
            for app, name in rows:
                recorded.setdefault(app, []).append(name)
    except sqlite3.DatabaseError as error:
        raise Failed(
            f"数据库 {DATABASE} 不能读取：{error}，可用 make demo RESET=1 重新开始 /"
            " the database cannot be read; make demo RESET=1 starts over"
        ) from error

    for folder in ROOT.glob("*/migrations"):
        ours = sorted(path.stem for path in folder.glob("[0-9]*.py"))
        applied = sorted(recorded.get(folder.parent.name, []))
        if applied != ours[: len(applied)]:
            raise Failed(
                "var/ 中的演示数据库由更早的版本建立，请用 make demo RESET=1 重新开始 /"
                " the demo database in var/ was made by an earlier version; make demo"
                " RESET=1 starts over"
            )


def manage(
    *arguments: str, output: IO[str] | None = None, env: dict[str, str] | None = None
) -> None:
    code = call(
        str(PYTHON),
        "manage.py",
        *arguments,
        output=output,
        env=env or demo_environment(),
    )
    if code:
        raise Failed(
            f"manage.py {' '.join(arguments)} 未成功（退出码 {code}）/ did not succeed"
        )


def demo_environment() -> dict[str, str]:
    return {
        name: value for name, value in os.environ.items() if name not in NOT_INHERITED
    }


def say_what_is_left_out() -> None:
    """Say which variables of the shell the demo does not read, where one is set that
    somebody may have set for it.
    """
    left_out = [name for name in REACHES_OTHERS if os.environ.get(name)]
    if left_out:
        say(
            f"演示不做备份，不发邮件、短信，不读 {'、'.join(left_out)}"
            f" / the demo does not read {', '.join(left_out)}"
        )


def served_environment() -> dict[str, str]:
    """Return the environment as users meet it: our own pages for what is missing or
    fails, not the developer's, and only trouble told.
    """
    return {"LOG_LEVEL": "WARNING", **demo_environment(), "DEBUG": "false"}


def collect_static() -> None:
    """Hash and compress static files, again only when ours or a package's may have
    changed.
    """
    stamp = VAR / "static.stamp"
    files = sorted(path for path in (ROOT / "static").rglob("*") if path.is_file())
    release = file_digest(ROOT / "requirements.lock", *files)
    if stamped(stamp, release):
        return

    with step("整理静态文件 / collecting static files"):
        manage(
            "collectstatic",
            "--noinput",
            "--clear",
            "--verbosity",
            "0",
            env=served_environment(),
        )
    stamp.write_text(release)


def load_data(*, first: bool) -> None:
    """Make the tables, the calendar and, at the first start, the town.

    The calendar comes from a package: it is read again when the lock file changes.
    """
    with step("准备数据库 / preparing the database"):
        manage("migrate", "--noinput", "--verbosity", "0")

    calendar = VAR / "calendar.stamp"
    release = file_digest(ROOT / "requirements.lock")
    if not stamped(calendar, release):
        with step("载入工作日历 / loading the calendar"):
            manage("load_calendar")
        calendar.write_text(release)

    if first:
        with (
            step("生成示范乡镇 / making the demo town"),
            # what the command prints is shown at every start
            ACCOUNTS.open("w") as accounts,
        ):
            ACCOUNTS.chmod(0o600)
            manage("demo_data", "--town", DEMO_TOWN, output=accounts)
        UNFINISHED.unlink()


def check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Failed(
                    f"端口 {port} 已被占用，请换一个：make demo PORT={port + 1} / port"
                    f" {port} is taken"
                ) from error
            raise Failed(
                f"端口 {port} 不能使用：{reason_of(error)} / port {port} cannot be used"
            ) from error


def hold_demo() -> None:
    """Claim var/ for this demo until the server ends: a reset must not pull the
    database from under a running one.
    """
    VAR.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(VAR, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Failed(
            "演示已在本目录中运行，请先停止它 / the demo of this folder is running"
            " already"
        ) from error
    os.set_inheritable(handle, True)  # outlives the exec below, and the workers' fork


def serve(port: int) -> NoReturn:
    """Become gunicorn: one process, because the background jobs live in it."""
    lines = KEYS.read_text().splitlines()
    keys = dict(line.split("=", 1) for line in lines)
    password = keys["DEMO_PASSWORD"]

    say_what_is_left_out()
    if ACCOUNTS.exists():
        print(ACCOUNTS.read_text(), flush=True)
    say(f"密码 / password  {password}")
    say(f"打开 / open      http://127.0.0.1:{port}    (Ctrl-C 停止 / stops)")

    command = [str(PYTHON), "-m", "gunicorn", "minshi.wsgi"]
    command += ["--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "1", "--worker-class", "gthread", "--threads", "8"]
    command += ["--no-control-socket", "--log-level", "warning"]
    command += ["--graceful-timeout", "3"]
    os.chdir(ROOT)
    os.execve(command[0], command, served_environment())


def demo(*, port: int, reset: bool) -> NoReturn:
    password = demo_password(os.environ)
    check_port(port)
    hold_demo()
    with alone():
        install(dev=False)
        compile_catalogue()
        load_data(first=prepare_var(reset=reset, password=password))
        collect_static()
    serve(port)


# --- the command line -----------------------------------------------------------------


def port_number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= HIGHEST_PORT:
        raise Failed(
            f"PORT 须为 1–65535 的整数，现为 {json.dumps(text)} / PORT must be a number"
            " from 1 to 65535"
        )
    return int(text)


def run(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    installing = commands.add_parser(
        "install", help="the virtual environment and the compiled catalogue"
    )
    installing.add_argument(
        "--dev", action="store_true", help="with the tools for tests and checks"
    )

    serving = commands.add_parser("demo", help="install, fill and serve the demo")
    serving.add_argument("--port", default="8000")
    serving.add_argument(
        "--reset",
        action="store_true",
        help="throw the demo's database and keys away first",
    )

    chosen = parser.parse_args(arguments)
    if chosen.command == "demo":
        demo(port=port_number(chosen.port), reset=chosen.reset)

    with alone():
        install(dev=chosen.dev)
        compile_catalogue()


def main() -> int:
    try:
        run(sys.argv[1:])
    except Failed as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    except OSError as error:
        what = f"{error.filename}：" if error.filename else ""
        print(
            f"✗ 系统拒绝：{what}{reason_of(error)} / the system refused ({error})",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print(
            "✗ 已中断，再次运行即可继续 / interrupted, run it again to go on",
            file=sys.stderr,
        )
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
