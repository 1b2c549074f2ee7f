# SPDX-License-Identifier: Apache-2.0
"""Permohonan: drafts, answers, requirement items, perbaikan."""
