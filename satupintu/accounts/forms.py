# SPDX-License-Identifier: Apache-2.0
"""What registering asks beside e-mail and password: a name."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from satupintu.accounts import actions
from satupintu.accounts.models import Account


class NameForm(forms.Form):
    """allauth mixes this into its sign-up form."""

    name = forms.CharField(label=_("Nama lengkap sesuai KTP"), max_length=120)

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if len(name) < 2 or not any(c.isalpha() for c in name):
            raise forms.ValidationError(_("Tulis nama seperti di KTP, contoh: Siti Aminah."))
        return name

    def signup(self, request: HttpRequest, user: Account) -> None:
        actions.name_person(user, self.cleaned_data["name"])
