# SPDX-License-Identifier: Apache-2.0
"""OSS RBA, the national licensing system: client and simulator (Pedoman Integrasi Aplikasi v4.3.22)."""
