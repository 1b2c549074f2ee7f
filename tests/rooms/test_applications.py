# SPDX-License-Identifier: Apache-2.0
"""An application: kept from the first answer, sent once and whole, corrected only where it was asked."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from satupintu.applications import actions, papers, queries
from satupintu.applications.models import Application, ArchiveEntry, Document, RequirementItem, Verdict, WorkDocument
from satupintu.cases.models import Case
from satupintu.catalog.queries import in_force
from satupintu.core.access import Actor
from satupintu.core.numbers import ALPHABET if False else normal_code
from tests import factories as f
