# SPDX-License-Identifier: Apache-2.0
"""Writing the catalogue: versions of services, what two persons rule about them, reference data."""

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
    "approve",
    "ask_closing",
    "ask_recall",
    "ask_release",
    "ask_reopening",
    "confirm",
    "decline",
    "discard",
    "draft",
    "drop",
    "load_kbli",
    "load_regions",
    "propose",
    "replace",
    "send_back",
    "submit",
    "withdraw",
]
