"""ISO 32000-2, 12.8.2.2 and ETSI EN 319 142-1, 5.6: what was added to a PDF file after a seal, told by pyHanko.

It compares the two states object by object, by a list of what may change. Only the level that it finds is used.
"""

from __future__ import annotations

from io import BytesIO

from mikra.formats.pdf_file import damaged


def harmless(data: bytes, covers: tuple[int, int, int, int], *, further_seals: bool) -> bool:
    """Whether only timestamps and validation data were added, or also seals where `further_seals` allows them."""
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
    from pyhanko.sign.general import SigningError, ValueErrorWithMessage

    highest = ModificationLevel.FORM_FILLING if further_seals else ModificationLevel.LTA_UPDATES
    try:
        for seal in PdfFileReader(BytesIO(data), strict=True).embedded_signatures:
            if tuple(int(n) for n in seal.byte_range) == covers:
                seal.compute_integrity_info()
                found, allowed = seal.diff_result, seal.docmdp_level
                if not isinstance(found, DiffResult) or found.modification_level > highest:
                    return False
                return allowed is None or found.modification_level.value <= allowed.value
    except (PdfError, SigningError, ValueErrorWithMessage) as error:
        raise damaged() from error
    return False
