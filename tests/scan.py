# SPDX-License-Identifier: Apache-2.0
"""What a phone reads from one of our prints: the page as a picture, and the QR code in it (docs/decisions/0027)."""

from __future__ import annotations

from collections.abc import Iterator

import pypdfium2
import zxingcpp
from PIL import Image

MM_PER_INCH = 25.4


def pages(pdf: bytes, *, dpi: int) -> Iterator[Image.Image]:
    """Every page as a grey picture of this many dots an inch."""
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            yield page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L")


def codes(picture: Image.Image) -> list[zxingcpp.Barcode]:
    """The QR codes a reader finds in the picture."""
    return list(zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode))


def read(pdf: bytes, *, dpi: int = 200) -> list[str]:
    """What the QR codes of a PDF say, page by page. 200 dpi is the sharpness of an office scanner or a near phone."""
    return [code.text for page in pages(pdf, dpi=dpi) for code in codes(page)]


def width_mm(pdf: bytes, *, dpi: int = 300) -> float:
    """How wide the first QR code is on paper, without its quiet zone, in millimetres."""
    (corners,) = (code.position for code in codes(next(pages(pdf, dpi=dpi))))
    return (corners.top_right.x - corners.top_left.x) * MM_PER_INCH / dpi
