# SPDX-License-Identifier: Apache-2.0
"""Views of the desk: `guard` says who may come in, `pages` shows, `acts` calls one action each."""
