# SPDX-License-Identifier: Apache-2.0
"""Perizinan berusaha: from permohonan baru to NIB, Sertifikat Standar and Izin, by the channel of the office."""
