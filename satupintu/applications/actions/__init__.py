# SPDX-License-Identifier: Apache-2.0
"""Writing applications: the draft, the sending, the office's work on it."""

from satupintu.applications.actions.draft import attach, detach, discard, renew, save_page, start
from satupintu.applications.actions.sending import correct, send, withdraw
from satupintu.applications.actions.work import (
    archive,
    assist,
    check,
    make_document,
    notified,
    return_for_correction,
)

__all__ = [
    "archive",
    "assist",
    "attach",
    "check",
    "correct",
    "detach",
    "discard",
    "make_document",
    "notified",
    "renew",
    "return_for_correction",
    "save_page",
    "send",
    "start",
    "withdraw",
]
