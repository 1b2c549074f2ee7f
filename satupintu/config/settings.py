# SPDX-License-Identifier: Apache-2.0
"""The one settings file; what differs between machines comes from the environment.

SATUPINTU_HOME  data directory (default `var/` below the working directory): data base, files, keys
DATABASE_URL    postgres://user:password@host:port/name; without it SQLite in SATUPINTU_HOME
SATUPINTU_URL   address under which people reach the office; printed on permits (default http://127.0.0.1:8000)
SATUPINTU_DEMO  1: invented offices, prints marked CONTOH, a mailbox page; refuses to serve anything but loopback
SATUPINTU_SMTP  host:port of the mail server (default 127.0.0.1:2525, the demo's own catcher)
SATUPINTU_FRESH_MINUTES  signing and giving rights ask again who sits there after this long (default 15)
SATUPINTU_SIGN_DAILY  how many permits one person may sign at an office on one day (default 400)
SATUPINTU_MAIL_FROM  who sends the letters, "Name <address>"
SATUPINTU_BSRE  address of the esign client service of BSrE; SATUPINTU_BSRE_API  v1 or v2 (default)
SATUPINTU_BSRE_ACCOUNT  file (mode 0600) with the office's account there, name:password
SATUPINTU_BSRE_CA  PEM file of the authority that service's TLS certificate must come from (default: the system's)
SATUPINTU_TSA  address of a time-stamp authority (RFC 3161); SATUPINTU_TSA_ROOTS  PEM file of its authority
SATUPINTU_PKCS11  library of the token; SATUPINTU_PKCS11_TOKEN, _KEY  labels; _PIN  file (mode 0600) with its PIN
SATUPINTU_WHATSAPP_PHONE_ID, _ACCOUNT_ID, _TOKEN, _SECRET, _VERIFY  from Meta's Cloud API: id of the sending number and
                of its account, access token, app secret (signs what Meta reports), word of the webhook's first handshake
SATUPINTU_WHATSAPP_URL  address of the API with its version (default https://graph.facebook.com/v23.0)
SATUPINTU_OSS_URL, _KEY  address of OSS's web services and the user_key it gave the office; SATUPINTU_OSS_USER, _PASSWORD
                what OSS signs its calls to /webhook/oss with
SATUPINTU_PROXIES    web servers in front of this one that add X-Forwarded-For (default 0); tells addresses apart
SATUPINTU_BREACHED   file of stolen passwords: sorted SHA-1, one a line, as Have I Been Pwned gives them
SATUPINTU_PASSWORD_POLICY  bssn: 12 characters and four sorts of signs for everybody, for auditors who ask for it

The command `satupintu` fills in what is missing from SATUPINTU_HOME/satupintu.env, which `satupintu setup` wrote.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from satupintu.door.keys import made_once

PACKAGE = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("SATUPINTU_HOME", "var")).resolve()
DEMO = os.environ.get("SATUPINTU_DEMO") == "1"
HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
PUBLIC_URL = os.environ.get("SATUPINTU_URL", "http://127.0.0.1:8000").rstrip("/")


def _database() -> dict[str, Any]:
    """SQLite with IMMEDIATE transactions (a writer waits, never fails half-way), or PostgreSQL from DATABASE_URL."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        return {
            "ENGINE": "satupintu.door.sqlite",
            "NAME": HOME / "satupintu.sqlite3",
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise SystemExit("DATABASE_URL harus diawali postgres:// . Kosongkan untuk memakai SQLite.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5},
    }


SECRET_KEY = made_once(HOME / "keys" / "django.key").hex()
KEYS = HOME / "keys"
FILES = HOME / "files"
DEBUG = False
ALLOWED_HOSTS = [urlsplit(PUBLIC_URL).hostname or "localhost", "127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "csp",
    "satupintu.ui",
    "satupintu.door",
    "satupintu.offices",
    "satupintu.accounts",
    "satupintu.notices",
    "satupintu.catalog",
    "satupintu.businesses",
    "satupintu.cases",
    "satupintu.applications",
    "satupintu.permits",
    "satupintu.licensing",
    "satupintu.desk",
    "satupintu.portal",
    "satupintu.vault",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "satupintu.ui.middleware.HouseRules",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "satupintu.accounts.middleware.ActorMiddleware",
    "satupintu.accounts.middleware.SeenMiddleware",
    "satupintu.vault.middleware.ShutDoor",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "satupintu.config.urls"
WSGI_APPLICATION = "satupintu.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "accounts" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "satupintu.ui.context.look",
            ],
        },
    }
]

DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # Django keeps 300 and then throws rows away, allauth's counters of tries among them
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["satupintu.accounts.stages.OfficeBackend"]
PASSWORD_HASHERS = ["satupintu.accounts.hashers.OfficeArgon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "satupintu.accounts.passwords.LongEnough"},
    {"NAME": "satupintu.accounts.passwords.AuditorsSigns"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "satupintu.accounts.passwords.NotStolen"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
PASSWORD_POLICY = os.environ.get("SATUPINTU_PASSWORD_POLICY", "")
BREACHED = os.environ.get("SATUPINTU_BREACHED", "")
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("SATUPINTU_PROXIES", "0"))
ACCOUNT_ADAPTER = "satupintu.accounts.adapter.OfficeAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {
    "login": "satupintu.accounts.forms.LoginForm",
    "confirm_email_verification_code": "satupintu.accounts.forms.EmailCodeForm",
    "change_password": "satupintu.accounts.forms.ChangePasswordForm",
    "reauthenticate": "satupintu.accounts.factors.PasswordAgainForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 600
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PREVENT_ENUMERATION = True
# accounts/guard.py counts logging in; allauth counts the rest (codes, resending, asking the password again), wrong
# codes of a second factor among them, which it files under "login_failed" too
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": "5/5m/key"}
# PBKDF2 rounds of one step, and steps at most: no unlucky phone has to count for ever (docs/decisions/0022)
PROOF_ROUNDS, PROOF_STEPS = 2_000, 800
IDLE_STAFF = 30 * 60
ADDRESS_CHANGE_HOURS = 24
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Acts of core.access.FRESH ask again who sits there once this long has passed since he last proved it.
SIGN_DAILY = int(os.environ.get("SATUPINTU_SIGN_DAILY", "400"))
ACCOUNT_REAUTHENTICATION_TIMEOUT = 60 * int(os.environ.get("SATUPINTU_FRESH_MINUTES", "15"))
MFA_ADAPTER = "satupintu.accounts.factors.OfficeFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "satupintu.accounts.factors.FactorForm",
    "reauthenticate": "satupintu.accounts.factors.FactorAgainForm",
    "activate_totp": "satupintu.accounts.factors.AppForm",
    "add_webauthn": "satupintu.accounts.factors.KeyForm",
}
MFA_TOTP_ISSUER = "Satu Pintu"
MFA_TOTP_TOLERANCE = 1  # telephones' clocks are some seconds off; a code works once all the same (FactorForm)
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PUBLIC_URL.startswith("https://")  # the demo on loopback
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:mine"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_EMAIL_CONFIRMATION_AUTHENTICATED_REDIRECT_URL = None

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 20
_secure = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = _secure
SESSION_COOKIE_NAME = "__Host-sp" if _secure else "sp"
CSRF_COOKIE_SECURE = _secure
CSRF_COOKIE_NAME = "__Host-spcsrf" if _secure else "spcsrf"
CSRF_FAILURE_VIEW = "satupintu.ui.views.csrf_failed"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if _secure else 0
X_FRAME_OPTIONS = "SAMEORIGIN"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'self'"],
        "manifest-src": ["'self'"],
    }
}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
TASK_LEASE_SECONDS = 30
TASK_STARTS = 8

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
_smtp = os.environ.get("SATUPINTU_SMTP", "127.0.0.1:2525").rsplit(":", 1)
EMAIL_HOST, EMAIL_PORT = _smtp[0], int(_smtp[1]) if len(_smtp) > 1 else 25
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("SATUPINTU_MAIL_FROM", "Satu Pintu <tanpa-balas@satupintu.example>")

BSRE_URL = os.environ.get("SATUPINTU_BSRE", "").rstrip("/")
BSRE_API = os.environ.get("SATUPINTU_BSRE_API", "v2")
BSRE_ACCOUNT = os.environ.get("SATUPINTU_BSRE_ACCOUNT", "")
BSRE_CA = os.environ.get("SATUPINTU_BSRE_CA", "")
TSA_URL = os.environ.get("SATUPINTU_TSA", "")
TSA_ROOTS = os.environ.get("SATUPINTU_TSA_ROOTS", "")
PKCS11 = os.environ.get("SATUPINTU_PKCS11", "")
PKCS11_TOKEN = os.environ.get("SATUPINTU_PKCS11_TOKEN", "")
PKCS11_KEY = os.environ.get("SATUPINTU_PKCS11_KEY", "")
PKCS11_PIN = os.environ.get("SATUPINTU_PKCS11_PIN", "")
WHATSAPP_URL = os.environ.get("SATUPINTU_WHATSAPP_URL", "https://graph.facebook.com/v23.0").rstrip("/")
WHATSAPP_PHONE_ID = os.environ.get("SATUPINTU_WHATSAPP_PHONE_ID", "")
WHATSAPP_ACCOUNT_ID = os.environ.get("SATUPINTU_WHATSAPP_ACCOUNT_ID", "")
WHATSAPP_TOKEN = os.environ.get("SATUPINTU_WHATSAPP_TOKEN", "")
WHATSAPP_SECRET = os.environ.get("SATUPINTU_WHATSAPP_SECRET", "")
WHATSAPP_VERIFY = os.environ.get("SATUPINTU_WHATSAPP_VERIFY", "")
WHATSAPP_TIMEOUT = 10.0
OSS_URL = os.environ.get("SATUPINTU_OSS_URL", "").rstrip("/")
OSS_KEY = os.environ.get("SATUPINTU_OSS_KEY", "")
OSS_USER = os.environ.get("SATUPINTU_OSS_USER", "")
OSS_PASSWORD = os.environ.get("SATUPINTU_OSS_PASSWORD", "")
OSS_TIMEOUT = 30.0

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": FILES}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400

LANGUAGE_CODE = "id"
# English joins when its catalogue is whole: half a page in another language helps nobody.
LANGUAGES = [("id", "Bahasa Indonesia")]
TIME_ZONE = "Asia/Jakarta"
USE_TZ = True
USE_I18N = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "satupintu.config.logs.JsonLine"}},
    "handlers": {"err": {"class": "logging.StreamHandler", "formatter": "line"}},
    # They name addresses, and one of BSrE's has a NIK in it.
    "loggers": {name: {"level": "WARNING"} for name in ("httpx", "httpcore")},
    "root": {"handlers": ["err"], "level": os.environ.get("SATUPINTU_LOG", "WARNING")},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
