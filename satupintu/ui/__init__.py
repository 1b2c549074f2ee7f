# SPDX-License-Identifier: Apache-2.0
"""The face of the office: one stylesheet, the parts every page is made of, and the words of every refusal."""
