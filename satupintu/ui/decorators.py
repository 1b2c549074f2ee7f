# SPDX-License-Identifier: Apache-2.0
"""How a view says no, and what a browser may keep of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from satupintu.core.refusal import Refusal
from satupintu.ui.context import look
from satupintu.ui.refusals import CONFLICTS, refused
from satupintu.ui.views import inside, not_found

P = ParamSpec("P")
R = TypeVar("R", bound=HttpRequest)
View = Callable[Concatenate[R, P], HttpResponse]

STALE = "access.stale"  # he may, once he has proved again that it is he
SECRETS = frozenset({"password", "password1", "password2", "frasa"})  # fields that no page shows again
SHORTEST_KEPT = 20  # typed texts from this length on are shown again on the page of a refusal


def refusals_shown(view: View[R, P]) -> View[R, P]:
    """A refusal raised by the view becomes a page with its status, its words and the way back."""

    @wraps(view)
    def shown(request: R, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            return refusal_page(request, refusal)

    return shown


def refusals_on_form(view: View[R, P]) -> View[R, P]:
    """A refusal shows the view's own page again, with its words on top and what was typed still in the boxes.

    Only for views that draw a page on GET and bind their form as `Form(request.POST or None)`: the view is asked
    once more as if by GET, and so cannot act. Where that does not give a page, the page of the refusal is shown.
    """

    @wraps(view)
    def shown(request: R, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            if request.method != "POST" or refusal.status == 404 or refusal.code == STALE:
                return refusal_page(request, refusal)
            request.POST  # noqa: B018 (read while it still is a POST; afterwards Django would not parse it)
            request.method = "GET"
            request.refused = refused(refusal)  # type: ignore[attr-defined]
            try:
                answer = view(request, *args, **kwargs)
            except Refusal:
                answer = refusal_page(request, refusal)
            if answer.status_code != 200:
                answer = refusal_page(request, refusal)
            answer.status_code = refusal.status
            return answer

    return shown


def no_store(view: View[R, P]) -> View[R, P]:
    """For personal pages: neither browser nor proxy keeps a copy, so the back button after logging out shows nothing."""

    @wraps(view)
    def kept_nowhere(request: R, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        add_never_cache_headers(answer)
        return answer

    return kept_nowhere


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The page of a refusal. 404 tells nothing; a conflict says that someone else was faster and shows the way back."""
    if refusal.status == 404:
        return not_found(request)
    if refusal.code == STALE:
        return _ask_who(request)
    frame = look(request)["frame"]
    context = {
        "said": refused(refusal),
        "conflict": refusal.code in CONFLICTS,
        "back": inside(request, request.META.get("HTTP_REFERER", ""), frame.home),
        "typed": _typed(request),
    }
    return render(request, "ui/refusal.html", context, status=refusal.status)


def _ask_who(request: HttpRequest) -> HttpResponse:
    """Let the person prove once more that it is he, and bring him back to the page he came from."""
    frame = look(request)["frame"]
    back = (
        request.path
        if request.method == "GET"
        else inside(request, request.META.get("HTTP_REFERER", ""), frame.home)
    )
    there = f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}"
    if (
        request.headers.get("HX-Request") == "true"
    ):  # a script asked for a part of a page: the whole page goes there
        return HttpResponse(headers={"HX-Redirect": there})
    return redirect(there)


def _typed(request: HttpRequest) -> list[str]:
    if request.method not in ("POST", "GET") or not request.POST:
        return []
    return typed(request)


def typed(request: HttpRequest) -> list[str]:
    """Longer texts of the form that was refused: shown again so that nobody has to write them twice; secrets never."""
    names = (name for name in request.POST if name not in SECRETS)
    texts = (str(text).strip() for name in names for text in request.POST.getlist(name))
    return [text for text in texts if len(text) >= SHORTEST_KEPT and any(letter.isspace() for letter in text)]
