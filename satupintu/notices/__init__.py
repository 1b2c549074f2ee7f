# SPDX-License-Identifier: Apache-2.0
"""Messages to people: in the application and by e-mail (S3)."""
