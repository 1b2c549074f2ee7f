# SPDX-License-Identifier: Apache-2.0
"""Argon2id at OWASP's minimum: 19 MiB, two passes, one lane.

Django's default asks 100 MiB and eight lanes a login: eight logins at once would be 800 MB (design §9).
"""

from django.contrib.auth.hashers import Argon2PasswordHasher


class OfficeArgon2(Argon2PasswordHasher):
    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
