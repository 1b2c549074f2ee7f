# SPDX-License-Identifier: Apache-2.0
"""Writing perizinan berusaha: the application handed in, and what is issued by it."""

from satupintu.licensing.actions.issue import submit

__all__ = ["submit"]
