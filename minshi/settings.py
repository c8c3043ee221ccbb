"""Settings: one file, read from the environment only; see the table in README."""

from pathlib import Path
from typing import Any

import environ
from cryptography.fernet import Fernet
from csp.constants import NONCE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from minshi.api_names import NAMES_OF_CHOICES

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def read(kind: str, name: str, default: Any = environ.Env.NOTSET) -> Any:
    """The variable `name` as `kind`; a missing or malformed one is named in the
    error.
    """
    try:
        return getattr(env, kind)(name, default=default)
    except ImproperlyConfigured:
        raise
    except Exception as error:
        raise ImproperlyConfigured(
            f"{name} has a value that cannot be read as {kind}: {error}"
        ) from error


VAR_DIR = Path(read("str", "MINSHI_VAR", str(BASE_DIR / "var")))
# Embedded: no DATABASE_URL. SQLite, local files, background threads inside the serving
# process.
EMBEDDED = not env.str("DATABASE_URL", "")
if EMBEDDED and (VAR_DIR / "demo.env").exists():
    env.read_env(VAR_DIR / "demo.env")

DEBUG = read("bool", "DEBUG", False)
DEFAULT_EXCEPTION_REPORTER_FILTER = "minshi.error_pages.WithoutVariables"
SECRET_KEY = read("str", "SECRET_KEY")
# Fernet keys, newest first; older ones still decrypt
FIELD_KEYS = read("list", "FIELD_KEYS")
for _key in FIELD_KEYS:
    try:
        Fernet(_key)
    except ValueError as error:
        # of words that are no key nothing is said until a telephone is stored
        raise ImproperlyConfigured(
            "FIELD_KEYS holds something that is no key. One is made by: openssl rand"
            " -base64 32 | tr +/ -_"
        ) from error
# 32 bytes in url-safe base64, kept elsewhere than the backups and than the other keys;
# without it no backup is made
BACKUP_KEY = read("str", "BACKUP_KEY", "")
BACKUP_DIR = Path(read("str", "BACKUP_DIR", str(VAR_DIR / "backups")))
# how many backups stay: of days, of weeks, of months
BACKUP_KEEP = (
    read("int", "BACKUP_KEEP_DAYS", 7),
    read("int", "BACKUP_KEEP_WEEKS", 4),
    read("int", "BACKUP_KEEP_MONTHS", 12),
)
INDEX_KEY = read("str", "INDEX_KEY")  # HMAC key of search hashes and history's seals
DEMO_PASSWORD = read("str", "DEMO_PASSWORD", "")
# Days by which the clock of the demo, and of it alone, is ahead: lights, board and
# reminders as they will be then.
CLOCK_AHEAD = read("int", "CLOCK_AHEAD", 0) if EMBEDDED and DEMO_PASSWORD else 0
ALLOWED_HOSTS = read("list", "ALLOWED_HOSTS", ["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = read("list", "CSRF_TRUSTED_ORIGINS", [])
PROXY_COUNT = read("int", "PROXY_COUNT", 0)
SECURE_COOKIES = read("bool", "SECURE_COOKIES", not EMBEDDED)
# A browser takes a cookie of this name over HTTPS alone, from this very host, for every
# path: no neighbouring host can plant one.
COOKIE_PREFIX = "__Host-" if SECURE_COOKIES else ""

INSTALLED_APPS = [
    "villages.apps.Villages",
    "cases.apps.Cases",
    "supervision.apps.Supervision",
    "villages.apps.MinshiAdmin",
    "minshi",  # no models: the commands of demo and bench, which stand on all apps
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "auditlog",
    "csp",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "js_lib_bootstrap5",
    "knox",
    "rest_framework",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "minshi.headers.PermissionsPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "villages.middleware.RequestLog",
    "villages.staying.StayOnPage",
    "villages.middleware.StaffSession",
    "villages.middleware.FieldHistorySource",
    "axes.middleware.AxesMiddleware",
    # last: they know the reader and the language, and nothing has read the body yet
    "minshi.middleware.BodyLimit",
    "minshi.middleware.StorableText",
    "minshi.middleware.NotOpened",
]
ROOT_URLCONF = "minshi.urls"
WSGI_APPLICATION = "minshi.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "cases.templatetags.days",
                "cases.templatetags.lamps",
                "cases.templatetags.matters",
                "cases.templatetags.pages",
                "cases.templatetags.speakers",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "villages.reader.who_is_here",
            ],
        },
    }
]

if EMBEDDED:
    VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)  # SQLite makes none
    DATABASES: dict[str, Any] = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": VAR_DIR / "minshi.sqlite3",
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                # REPLACE deletes a row past its trigger, unless triggers are recursive
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                " PRAGMA recursive_triggers=ON;",
            },
        }
    }
else:
    DATABASES = {"default": read("db", "DATABASE_URL")}
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Compiling a query takes PostgreSQL longer than answering any of ours: 0.3 to 5 s
    # against milliseconds; starting helpers for one takes longer than most, and they
    # are the processors that other pages want. In 4 MB a search among a million matters
    # forgets which rows it found and splits the words of all their neighbours anew.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault(
        "options",
        "-c jit=off -c max_parallel_workers_per_gather=0 -c work_mem=16MB",
    )

REDIS_URL = read("str", "REDIS_URL", "") if EMBEDDED else read("str", "REDIS_URL")
# A cache in the memory of one process holds the counts of wrong tries as well: nobody
# may push them out with others.
OWN_CACHE = {"OPTIONS": {"MAX_ENTRIES": 100_000}}
CACHES: dict[str, Any] = {
    "default": (
        {"BACKEND": "minshi.cache.SharedCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            **OWN_CACHE,
        }
    )
}
CELERY_BROKER_URL = REDIS_URL or "memory://localhost"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}django_language"
LANGUAGE_COOKIE_SECURE = SECURE_COOKIES
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "minshi" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = Path(read("str", "STATIC_ROOT", str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(read("str", "MEDIA_ROOT", str(VAR_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "minshi.storage.HashedStaticFiles"
        )
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "minshi.uploads.TemporaryFile",
]
# The largest body with files of somebody logged in, and the largest of a visitor;
# without files DATA_UPLOAD_MAX_MEMORY_SIZE holds. The proxy has sizes of its own
# (proxy/nginx.conf).
BODY_MAX_BYTES = read("int", "BODY_MAX_BYTES", 52_428_800)
ANONYMOUS_BODY_MAX_BYTES = read("int", "ANONYMOUS_BODY_MAX_BYTES", 262_144)

AUTH_USER_MODEL = "villages.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "villages.login.Accounts",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": (
            "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"
        )
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "villages.passwords.Pattern"},
    {"NAME": "villages.passwords.History"},
]
# 等保 2.0 二级, 7.1.4.1: changed from time to time; 0: never
PASSWORD_DAYS = read("int", "PASSWORD_DAYS", 90)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "cases:home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "villages.login.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# smtp://user:password@host:587 or smtp+tls://…; without one, letters are written to the
# log's console.
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = (
    20  # seconds: a mail server that hangs holds up no other letter for longer
)
DEFAULT_FROM_EMAIL = read("str", "MAIL_FROM", "minshi@localhost")
ACCOUNT_RATE_LIMITS = False  # django-axes counts, every secret (villages/tries.py)
ACCOUNT_FORMS = {"change_password": "villages.forms.secret_forms.ChangePasswordForm"}
MFA_ADAPTER = "villages.login.MfaAdapter"  # TOTP secrets and recovery codes encrypted
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "民事直说"
MFA_TOTP_TOLERANCE = 1  # periods: typed at the last second, sent over a slow line
MFA_FORMS = {
    "authenticate": "villages.forms.secret_forms.CodeForm",
    "reauthenticate": "villages.forms.secret_forms.ConfirmByCodeForm",
    "activate_totp": "villages.forms.secret_forms.ActivateAppForm",
}
# who logs in with an authenticator app only: the 三员 in the full form
ADMINISTRATORS = ["system_admin", "security_admin", "auditor"]
NEED_FACTOR = [] if EMBEDDED else ADMINISTRATORS
SECOND_FACTOR_ROLES = read("list", "SECOND_FACTOR_ROLES", NEED_FACTOR)
# Wrong tries at any secret until it is refused for a while: at one account from one
# address, at one account from anywhere, from one address at any account.
TRIES = read("int", "TRIES", 5)
TRIES_ACCOUNT = read("int", "TRIES_ACCOUNT", 15)
TRIES_ADDRESS = read("int", "TRIES_ADDRESS", 30)
AUDITLOG_CID_HEADER = None  # anybody may write it, and longer than the column
AXES_HANDLER = "villages.tries.Tries"
AXES_FAILURE_LIMIT = 1  # of these counts, full
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # what a login forgives
# what was typed is stored by nobody
AXES_SENSITIVE_PARAMETERS = [
    "username",
    "ip_address",
    "login",
    "oldpassword",
    "password1",
    "password2",
    "code",
    "k",
    "csrfmiddlewaretoken",
]
AXES_LOCKOUT_CALLABLE = "villages.login.locked_out"
AXES_USERNAME_CALLABLE = "villages.tries.name_to_count"  # WANG and wang are one
AXES_CLIENT_IP_CALLABLE = "villages.requests.counted_address"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = (
    False  # "wait N minutes" then counts down
)
AXES_RESET_ON_SUCCESS = True
IDLE_MINUTES = read("int", "IDLE_MINUTES", 60)
LOOKUPS_A_DAY = read("int", "LOOKUPS_A_DAY", 1000)
HELP_PHONE = read("str", "HELP_PHONE", "")
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_FAILURE_VIEW = "villages.staying.token_is_old"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXY_COUNT else None
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_COOKIES else 0
SECURE_SSL_REDIRECT = SECURE_COOKIES and PROXY_COUNT > 0
# asked from inside, without the proxy
SECURE_REDIRECT_EXEMPT = [
    r"^healthz$",
    r"^readyz$",
]
X_FRAME_OPTIONS = "DENY"
# what no page uses is switched off, for frames and injected scripts as well
PERMISSIONS_POLICY = dict.fromkeys(
    (
        "accelerometer",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "publickey-credentials-get",
        "usb",
    ),
    "",
)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": [SELF],
        "base-uri": [SELF],
    }
}

REST_FRAMEWORK = {
    "URL_FORMAT_OVERRIDE": None,  # there is one form: JSON
    "DEFAULT_AUTHENTICATION_CLASSES": [
        # first, so that whoever is not logged in gets 401 and not 403
        "villages.token_login.TokenLogin",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    # views that take a file name `minshi.parsers.FilesBody` instead
    "DEFAULT_PARSER_CLASSES": ["minshi.parsers.JsonBody"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": [
        "minshi.pace.VisitorsPace",
        "minshi.pace.UsersPace",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "anon": read("str", "THROTTLE_ANON", "60/min"),
        "user": read("str", "THROTTLE_USER", "600/min"),
        "login": read("str", "THROTTLE_LOGIN", "10/min"),
        "lookup": read("str", "THROTTLE_LOOKUP", "60/min"),
    },
    "EXCEPTION_HANDLER": "minshi.api.answer_error",
    "NUM_PROXIES": PROXY_COUNT,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "民事直说 minshi",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_SUFFIX": "",
    "ENUM_NAME_OVERRIDES": NAMES_OF_CHOICES,
}
# its own default, which migrations must know
KNOX_TOKEN_MODEL = "knox.AuthToken"  # noqa: S105 - a model
REST_KNOX = {"TOKEN_TTL": None, "AUTO_REFRESH": False}

# The rules that no public text fixes: "1w" = 1 working day, "60c" = 60 calendar days.
DEADLINES = {
    "speak": read("str", "DEADLINE_SPEAK", "1w"),
    "deliberate": read("str", "DEADLINE_DELIBERATE", "3w"),
    "on_spot": read("str", "DEADLINE_ON_SPOT", "1w"),
    "led": read("str", "DEADLINE_LED", "7w"),
    "joint": read("str", "DEADLINE_JOINT", "15w"),
    "meeting": read("str", "DEADLINE_MEETING", "60c"),
    "supervise": read("str", "DEADLINE_SUPERVISE", "3w"),
    "reply": read("str", "DEADLINE_REPLY", "3w"),
    "rate": read("str", "DEADLINE_RATE", "30c"),
    "redo_minimum": read("str", "DEADLINE_REDO_MINIMUM", "3w"),
    "order": read("str", "DEADLINE_ORDER", "3w"),
    "afterword": read("str", "DEADLINE_AFTERWORD", "3w"),
}
LONGEST_EXTENSION_DAYS = read("int", "LONGEST_EXTENSION_DAYS", 30)
LONGEST_DEFER_DAYS = read("int", "LONGEST_DEFER_DAYS", 30)
# Numbers of the law: a lower one is refused by a system check (cases/lawful.py).
FOUR_TWO_PUBLIC_DAYS = read("int", "FOUR_TWO_PUBLIC_DAYS", 15)  # 组织法 35
ASSEMBLY_NOTICE_DAYS = read("int", "ASSEMBLY_NOTICE_DAYS", 10)  # 组织法 25
RED_LINE_MINUTES = read("int", "RED_LINE_MINUTES", 60)  # "at once": 未成年人保护法 11
ATTEMPTS_BEFORE_CLOSING = read("int", "ATTEMPTS_BEFORE_CLOSING", 3)
UNRATED_CLOSE_DAYS = read("int", "UNRATED_CLOSE_DAYS", 30)
SPEAKER_REOPEN_DAYS = read("int", "SPEAKER_REOPEN_DAYS", 30)
CALLBACK_SHARE = read("float", "CALLBACK_SHARE", 0.1)
# letters and groups: each working day at this hour
DIGEST_HOUR = read("int", "DIGEST_HOUR", 8)
# who sends it as a bearer's token reads /supervision/metrics
METRICS_TOKEN = read("str", "METRICS_TOKEN", "")
# from this hour until that one no speaker is written to
QUIET_FROM = read("int", "QUIET_FROM", 21)
QUIET_UNTIL = read("int", "QUIET_UNTIL", 8)
# aliyun://…, console:// or none: speakers are called (channels/sms.py)
SMS_URL = read("str", "SMS_URL", "")
WECOM_HOSTS = read("list", "WECOM_HOSTS", ["qyapi.weixin.qq.com"])
ORDER_GRACE_SECONDS = read("int", "ORDER_GRACE_SECONDS", 30)
# working days; 0: nobody is told again
ORDER_REMIND_DAYS = read("int", "ORDER_REMIND_DAYS", 2)
ATTACHMENT_MAX_BYTES = read("int", "ATTACHMENT_MAX_BYTES", 10_485_760)

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "minshi.log.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": read("str", "LOG_LEVEL", "INFO")},
    "loggers": {
        "axes": {"level": "WARNING"},
        # That a job came and went, every twenty seconds, buries what matters; one that
        # failed is an error.
        **{
            name: {"level": "WARNING"}
            for name in ("celery.app.trace", "celery.beat", "celery.worker.strategy")
        },
    },
}
