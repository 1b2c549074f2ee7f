# SPDX-License-Identifier: Apache-2.0
"""Writing perizinan berusaha: the application handed in, what is issued by it, and how it comes to be verified."""

from satupintu.licensing.actions.fulfil import begin, draft, lapse, settle
from satupintu.licensing.actions.issue import submit

__all__ = ["begin", "draft", "lapse", "settle", "submit"]
