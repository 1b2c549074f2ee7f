# SPDX-License-Identifier: Apache-2.0
"""WhatsApp by Meta's official Cloud API: one real client; the simulator is the other end of the wire."""
