# SPDX-License-Identifier: Apache-2.0
"""The office: its calendar, hours, numbers and settings with effective dates."""
