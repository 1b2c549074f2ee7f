# SPDX-License-Identifier: Apache-2.0
"""Writing a permohonan perizinan berusaha."""
