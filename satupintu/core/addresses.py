# SPDX-License-Identifier: Apache-2.0
"""What an address says about where it leads."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Does this name or address stay on this machine?"""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def is_private_way(url: str) -> bool:
    """Can nobody listen on the way there: https, or it never leaves this machine?"""
    address = urlsplit(url)
    return address.scheme == "https" or (address.scheme == "http" and is_loopback(address.hostname or ""))
