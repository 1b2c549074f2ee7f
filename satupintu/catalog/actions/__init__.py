# SPDX-License-Identifier: Apache-2.0
"""Writing the catalogue: versions of services, what two persons rule about them, reference data."""

from satupintu.catalog.actions.correcting import correct_risk
from satupintu.catalog.actions.reference import Loaded, load_kbli, load_regions
from satupintu.catalog.actions.rulings import (
    ask_closing,
    ask_recall,
    ask_release,
    ask_reopening,
    confirm,
    decline,
    drop,
)
from satupintu.catalog.actions.tables import Unknown, differ, load, load_starter
from satupintu.catalog.actions.versions import (
    approve,
    discard,
    draft,
    propose,
    replace,
    send_back,
    submit,
    withdraw,
)

__all__ = [
    "Loaded",
    "Unknown",
    "approve",
    "ask_closing",
    "ask_recall",
    "ask_release",
    "ask_reopening",
    "confirm",
    "correct_risk",
    "decline",
    "differ",
    "discard",
    "draft",
    "drop",
    "load",
    "load_kbli",
    "load_regions",
    "load_starter",
    "propose",
    "replace",
    "send_back",
    "submit",
    "withdraw",
]
