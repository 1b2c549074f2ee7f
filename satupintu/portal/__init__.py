# SPDX-License-Identifier: Apache-2.0
"""Public and applicant pages."""
