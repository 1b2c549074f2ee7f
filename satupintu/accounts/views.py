# SPDX-License-Identifier: Apache-2.0
"""Pages of the account that are not wholly allauth's."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from allauth.account import views as allauth
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import get_next_redirect_url, perform_login
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from satupintu.accounts import actions, frame, guard, pending, queries
from satupintu.accounts.actions import contacts, registration
from satupintu.accounts.codes import letter_of_link
from satupintu.accounts.forms import (
    ChangePasswordForm,
    ContactForm,
    DeviceForm,
    JoinForm,
    NewAddressForm,
    NewPasswordForm,
    NewPhoneForm,
    OwnPasswordForm,
    PendingCodeForm,
    ResetPasswordForm,
    SignupForm,
)
from satupintu.accounts.middleware import ActorRequest
from satupintu.accounts.models import Account
from satupintu.core.identifier import identify
from satupintu.core.refusal import Refusal
from satupintu.ui.decorators import no_store, refusals_on_form, refusals_shown
from satupintu.ui.formats import moment
from satupintu.ui.words import role_words

TOO_MANY = 429


def verification(request: HttpRequest) -> HttpResponse:
    """The page that asks for the code; it says whether another one was sent, instead of leaving it for an error page."""
    answer = _verification(request)
    if request.method == "POST" and request.POST.get("action") == "resend":
        if answer.status_code == TOO_MANY:
            messages.warning(request, _("Kode baru saja dikirim. Tunggu sebentar, lalu minta lagi."))
            return redirect(request.get_full_path())
        if answer.status_code < 400:
            messages.success(request, _("Kode baru sudah dikirim. Kode lama tidak berlaku lagi."))
    return answer


def _verification(request: HttpRequest) -> HttpResponse:
    try:
        answer: HttpResponse = allauth.email_verification_sent(request)
    except ImmediateHttpResponse as stopped:
        answer = stopped.response
    return answer


@require_safe
def onward(request: HttpRequest) -> HttpResponse:
    """To the person's own place, or to logging in."""
    if request.user.is_authenticated:
        return redirect(get_adapter(request).get_login_redirect_url(request))
    return redirect("account_login")


@refusals_shown
@no_store
@require_safe
def invited(request: ActorRequest, token: str) -> HttpResponse:
    """The link of an invitation. From here on the session remembers which, so that no later line of a log names it."""
    kept = queries.digest(token)
    queries.invitation(kept, request.actor.at)
    request.session["invitation"] = kept
    return redirect("account_join")


@refusals_on_form
@no_store
@require_http_methods(["GET", "POST"])
def join(request: ActorRequest) -> HttpResponse:
    """The page of an invitation: the invited person gives his name, chooses his password, and is logged in."""
    kept = request.session.get("invitation", "")
    found = queries.invitation(kept, request.actor.at)
    form = JoinForm(request.POST or None, email=found.email)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        account = actions.join(kept, request.actor.at, name=typed["name"], password=typed["password1"])
        return cast(HttpResponse, perform_login(request, account))
    request.frame = frame.public(request, found.office)
    context = {
        "form": form,
        "invitation": found,
        "role": role_words(found.role),
        "until": moment(found.expires_at, ZoneInfo(found.office.time_zone)),
    }
    return render(request, "account/join.html", context, status=422 if request.method == "POST" else 200)


def at_once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A form of allauth whose rows and letter are one commit: whole or not at all, and as many commits for an address
    that is known as for one that is not."""

    @wraps(view)
    def whole(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with transaction.atomic():
            return view(request, *args, **kwargs)

    return whole


# Registering -------------------------------------------------------------------------------------------------------


@at_once
@no_store
@require_http_methods(["GET", "POST"])
def signup(request: ActorRequest) -> HttpResponse:
    """Who registers, and where his code shall go. Nothing is kept but in this session until the code comes back."""
    if request.user.is_authenticated:
        return redirect(get_adapter(request).get_login_redirect_url(request))
    form = SignupForm(request.POST or None, initial=_typed_before(request))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        kept = {name: said[name] for name in ("name", "registered_as", "scale")}
        kept |= {"password": make_password(said["password1"]), "next": get_next_redirect_url(request) or ""}
        pending.begin(request, REGISTER, registration.ask_code(said["contact"]), **kept)
        return redirect("account_signup_code")
    return _page(
        request, "account/signup.html", {"form": form, "login_url": _with_next(request, "account_login")}
    )


def _typed_before(request: HttpRequest) -> dict[str, str]:
    """After too many wrong codes, or too late, nothing is typed again but the password."""
    kept = pending.again(request, REGISTER)
    if not kept:
        return {}
    letter = queries.letter(kept["letter"])
    return {name: kept[name] for name in ("name", "registered_as", "scale")} | {
        "contact": letter.email or letter.phone
    }


@refusals_shown
@no_store
@require_http_methods(["GET", "POST"])
def signup_code(request: ActorRequest) -> HttpResponse:
    """The code of the address or number; with it the account is made, and its owner is logged in."""
    waits = pending.waiting(request, REGISTER)
    form = PendingCodeForm(request.POST or None, what=REGISTER)
    if request.method == "POST" and form.is_valid():
        kept, letter = form.kept, queries.letter(form.kept["letter"])
        said = {name: kept[name] for name in ("name", "password", "registered_as", "scale")}
        account = registration.register(registration.Newcomer(contact=letter.email or letter.phone, **said))
        record_authentication(request, account, method="password")
        return cast(
            HttpResponse, perform_login(request, account, redirect_url=kept["next"] or None, signup=True)
        )
    return _code_page(request, "account/signup_code.html", form, waits, otherwise="account_signup")


@at_once
@no_store
@require_http_methods(["GET", "POST"])
def signup_contact(request: ActorRequest) -> HttpResponse:
    """The code once more, to the same contact or to another one; what was typed before stays."""
    waits = pending.waiting(request, REGISTER)
    if waits is None:
        messages.warning(request, pending.OVER)
        return redirect("account_signup")
    letter = queries.letter(waits["letter"])
    same = request.POST.get("action") == "resend"
    form = ContactForm({"contact": letter.email or letter.phone} if same else request.POST or None)
    if request.method == "POST" and same and not pending.may_ask_again(waits):
        messages.warning(request, _("Kode baru saja dikirim. Tunggu satu menit, lalu minta lagi."))
        return redirect("account_signup_code")
    if request.method == "POST" and form.is_valid():
        pending.begin(request, REGISTER, registration.ask_code(form.cleaned_data["contact"]), **waits)
        messages.success(request, _("Kode baru sudah dikirim. Kode lama tidak berlaku lagi."))
        return redirect("account_signup_code")
    return _page(request, "account/signup_contact.html", {"form": form})


@login_required
@no_store
@require_safe
def welcome(request: ActorRequest) -> HttpResponse:
    """Pendaftaran berhasil: the user name, and where to go on."""
    return _page(request, "account/welcome.html", {"account": _me(request)})


# A forgotten password ----------------------------------------------------------------------------------------------


@at_once
@no_store
@require_http_methods(["GET", "POST"])
def forgotten(request: ActorRequest) -> HttpResponse:
    """Who has forgotten his password, by any of his names; the code goes to his mailbox or telephone."""
    form = ResetPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _send_code(request, FORGOTTEN, form.cleaned_data["login"], "password_reset_code")
        return redirect("account_confirm_password_reset_code")
    return _page(request, "account/password_reset.html", {"form": form})


@no_store
@require_http_methods(["GET", "POST"])
def forgotten_code(request: ActorRequest) -> HttpResponse:
    """The right code opens the page for another password, once and for ten minutes."""
    waits = pending.waiting(request, FORGOTTEN)
    form = PendingCodeForm(request.POST or None, what=FORGOTTEN)
    if request.method == "POST" and form.is_valid() and form.kept["account"]:
        pending.begin(request, SHOWN, form.kept["letter"], account=form.kept["account"])
        return redirect("account_complete_password_reset")
    return _code_page(
        request, "account/password_reset_code.html", form, waits, otherwise="account_reset_password"
    )


@no_store
@require_http_methods(["GET", "POST"])
def new_password(request: ActorRequest) -> HttpResponse:
    """Another password. This browser is known from now on: strangers' guesses do not stop it."""
    shown = pending.waiting(request, SHOWN)
    if shown is None:
        messages.warning(request, pending.OVER)
        return redirect("account_reset_password")
    owner = queries.account(shown["account"])
    form = NewPasswordForm(request.POST or None, user=owner)
    if request.method == "POST" and form.is_valid():
        pending.end(request, SHOWN)
        actions.renew_password(owner, form.cleaned_data["password1"])
        answer = redirect("account_password_reset_completed")
        guard.remember(request, answer, owner)
        return answer
    return _page(request, "account/password_reset_from_key.html", {"form": form})


# A browser that is not known yet -----------------------------------------------------------------------------------


@no_store
@require_http_methods(["GET", "POST"])
def device(request: ActorRequest) -> HttpResponse:
    """Ask for a code: instead of the proof of work, and past strangers' wrong passwords."""
    form = DeviceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _send_code(request, "device", form.cleaned_data["login"], "device_code")
        return redirect("account_device_code")
    return _page(request, "account/device.html", {"form": form})


@no_store
@require_http_methods(["GET", "POST"])
def device_code(request: ActorRequest) -> HttpResponse:
    """The right code makes this browser known to that account; the password is asked all the same."""
    waits = pending.waiting(request, "device")
    form = PendingCodeForm(request.POST or None, what="device")
    if request.method == "POST" and form.is_valid() and form.kept["account"]:
        answer = redirect("account_login")
        guard.remember(request, answer, queries.account(form.kept["account"]))
        messages.success(request, _("Perangkat ini sudah kami kenal. Masuk dengan kata sandi Anda."))
        return answer
    return _code_page(request, "account/device_code.html", form, waits, otherwise="account_device")


# One's own security ------------------------------------------------------------------------------------------------


@login_required
@refusals_shown
@no_store
@require_http_methods(["GET", "POST"])
def security(request: ActorRequest) -> HttpResponse:
    """User name, password, address, and the list of one's sessions, each of which can be ended."""
    account, here = _me(request), str(request.session.session_key)
    if request.method == "POST":
        return _end(request, account)
    change = queries.address_change(account)
    rows = [
        {"row": row, "since": moment(row.since, ZONE), "seen": moment(row.seen, ZONE)}
        for row in queries.sessions(account, here, request.actor.at)
    ]
    context = {
        "account": account,
        "number": queries.proven_phone(account.pk),
        "sessions": rows,
        "change": change,
        "change_due": moment(change.due, ZONE) if change else "",
    }
    return _page(request, "account/security.html", context)


def _end(request: ActorRequest, account: Account) -> HttpResponse:
    if request.POST.get("perangkat") == "semua":
        actions.end_all_sessions(account)
        logout(request)
        messages.success(request, _("Anda sudah keluar dari semua perangkat."))
        return redirect("account_login")
    actions.end_session(account, _uuid(request.POST.get("perangkat", "")))
    messages.success(request, _("Perangkat itu sudah keluar."))
    return redirect("account_security")


@login_required
@no_store
@require_http_methods(["GET", "POST"])
def password(request: ActorRequest) -> HttpResponse:
    """Another password. This session goes on, all others end."""
    account = _me(request)
    form = ChangePasswordForm(request.POST or None, user=account)
    if request.method == "POST" and form.is_valid():
        old = str(request.session.session_key)
        actions.renew_password(account, form.cleaned_data["password1"])
        update_session_auth_hash(request, account)
        actions.follow_session(account, old, str(request.session.session_key))
        messages.success(request, _("Kata sandi sudah diganti. Perangkat lain sudah keluar."))
        return redirect("account_security")
    return _page(request, "account/password.html", {"form": form})


@login_required
@no_store
@require_http_methods(["GET", "POST"])
def address(request: ActorRequest) -> HttpResponse:
    """Another e-mail address: the password again, then a code that only the new address gets."""
    account = _me(request)
    form = NewAddressForm(request.POST or None, user=account)
    if request.method == "POST" and form.is_valid():
        new = form.cleaned_data["email"]
        pending.begin(request, "address", contacts.ask_address_code(account, new), new=new)
        return redirect("account_new_address_code")
    return _page(request, "account/address.html", {"form": form, "hours": settings.ADDRESS_CHANGE_HOURS})


@login_required
@refusals_shown
@no_store
@require_http_methods(["GET", "POST"])
def address_code(request: ActorRequest) -> HttpResponse:
    """The code of the new address. From here the change waits, and the old address can stop it."""
    waits = pending.waiting(request, "address")
    form = PendingCodeForm(request.POST or None, what="address")
    if request.method == "POST" and form.is_valid():
        contacts.change_address(_me(request), form.kept["new"])
        return redirect("account_security")
    return _code_page(request, "account/address_code.html", form, waits, otherwise="account_new_address")


@login_required
@no_store
@require_http_methods(["GET", "POST"])
def telephone(request: ActorRequest) -> HttpResponse:
    """A first or another telephone number: the password again, then a code that only the new number gets."""
    account = _me(request)
    form = NewPhoneForm(request.POST or None, user=account)
    if request.method == "POST" and form.is_valid():
        pending.begin(request, PHONE, contacts.ask_phone_code(form.cleaned_data["phone"]))
        return redirect("account_new_phone_code")
    context = {
        "form": form,
        "hours": settings.ADDRESS_CHANGE_HOURS,
        "number": queries.proven_phone(account.pk),
        "whatsapp": queries.whatsapp_is_on(),
    }
    return _page(request, "account/phone.html", context)


@login_required
@refusals_shown
@no_store
@require_http_methods(["GET", "POST"])
def telephone_code(request: ActorRequest) -> HttpResponse:
    """The code of the new number. From here the change waits, and the old number can stop it."""
    waits = pending.waiting(request, PHONE)
    form = PendingCodeForm(request.POST or None, what=PHONE)
    if request.method == "POST" and form.is_valid():
        contacts.change_phone(_me(request), queries.letter(form.kept["letter"]).phone)
        return redirect("account_security")
    return _code_page(request, "account/phone_code.html", form, waits, otherwise="account_new_phone")


@login_required
@refusals_shown
@no_store
@require_http_methods(["GET", "POST"])
def give_up_telephone(request: ActorRequest) -> HttpResponse:
    """The account shall have no number any more: the password again, then the same cooling time."""
    account = _me(request)
    form = OwnPasswordForm(request.POST or None, user=account)
    if request.method == "POST" and form.is_valid():
        contacts.give_up_phone(account)
        return redirect("account_security")
    context = {
        "form": form,
        "hours": settings.ADDRESS_CHANGE_HOURS,
        "number": queries.proven_phone(account.pk),
    }
    return _page(request, "account/phone_remove.html", context)


@refusals_shown
@no_store
@require_http_methods(["GET", "POST"])
def undo_address(request: ActorRequest, token: str) -> HttpResponse:
    """The link in the letter to the old contact. Only the button acts: mail programs open links by themselves."""
    account = queries.letter_account(letter_of_link(token))
    if request.method == "POST":
        contacts.undo(account)
        messages.success(request, _("Yang lama tetap berlaku. Sekarang buat kata sandi baru."))
        return redirect("account_reset_password")
    change = queries.address_change(account)
    if change is None:
        raise Refusal("accounts.no-change", status=410)
    return _page(request, "account/undo_address.html", {"change": change})


ZONE = ZoneInfo(settings.TIME_ZONE)
REGISTER, FORGOTTEN, SHOWN, PHONE = "register", "forgotten", "forgotten-shown", "phone"  # codes of pending.py


def _send_code(request: HttpRequest, what: str, typed: str, template: str) -> None:
    """A code to whoever is named, by the way he named, and this session waits for it; for nobody just the same."""
    account, named = queries.identified(typed), identify(typed).value
    letter = actions.ask_code(account, named, template)
    pending.begin(request, what, letter, account=account.pk if account else None, named=named)


def _code_page(
    request: HttpRequest,
    template: str,
    form: PendingCodeForm,
    waits: dict[str, Any] | None,
    *,
    otherwise: str,
) -> HttpResponse:
    """The page that asks for a code, with what is known of its letter; `otherwise` once no code is waited for."""
    if waits is None or pending.waiting(request, form.what) is None:
        pending.lapse(request, form.what)
        messages.warning(request, pending.OVER)
        return redirect(otherwise)
    return _page(request, template, {"form": form, "waits": waits, "letter": queries.letter(waits["letter"])})


def _with_next(request: HttpRequest, name: str) -> str:
    """The address of this page, from where one goes on to where he was going."""
    following = get_next_redirect_url(request)
    return f"{reverse(name)}?{urlencode({'next': following})}" if following else reverse(name)


def _me(request: ActorRequest) -> Account:
    return queries.account(request.actor.account_id)


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Refusal("accounts.no-session", status=404) from None


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A form that came back with mistakes says so by its status too."""
    mistaken = request.method == "POST"
    return render(request, template, context, status=422 if mistaken else 200)
