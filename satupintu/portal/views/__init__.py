# SPDX-License-Identifier: Apache-2.0
"""Views of the portal: thin functions that parse, ask one query or action, and draw."""
