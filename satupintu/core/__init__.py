# SPDX-License-Identifier: Apache-2.0
"""Pure rules of licensing: plain Python, no Django, no clock, no network."""
