"""Where in a PNG, an SVG and a PDF the text of ``carried`` stands.  Programs that show pictures pass over it.

PNG: a text chunk (iTXt) before the end.  SVG: an element in <metadata>.  PDF: an element in the document's XMP
properties, which stand uncompressed.  Reading looks for these marks only; nothing is drawn, expanded or executed.
"""

from __future__ import annotations

import struct
import zlib
from xml.sax.saxutils import escape, unescape

KEYWORD = b"stickyweights"
LARGEST_TEXT = 24 * 2**20  # bytes in a picture
PNG_START = b"\x89PNG\r\n\x1a\n"
_OPEN = '<stickyweights:figure xmlns:stickyweights="urn:stickyweights:figure:1">'
_CLOSE = "</stickyweights:figure>"
_DAMAGED = "the picture is damaged or cut off"


def png_with(data: bytes, text: str) -> bytes:
    """A PNG with ``text`` in a chunk before its end."""
    kind, body = b"iTXt", KEYWORD + b"\0\0\0\0\0" + text.encode()  # not compressed, no language, no translation
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    end = len(data) - 12  # IEND is always the last 12 bytes
    return data[:end] + chunk + data[end:]


def svg_with(data: bytes, text: str) -> bytes:
    """An SVG with ``text`` in a <metadata> element right after its opening tag."""
    begin = data.index(b">", data.index(b"<svg")) + 1
    return data[:begin] + f"\n<metadata>{xml_element(text)}</metadata>\n".encode() + data[begin:]


def xmp(text: str, title: str) -> bytes:
    """The XMP properties of a PDF: its title, and ``text``."""
    return (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt><rdf:li xml:lang="x-default">'
        f"{escape(title)}</rdf:li></rdf:Alt></dc:title>{xml_element(text) if text else ''}</rdf:Description></rdf:RDF>"
        '</x:xmpmeta>\n<?xpacket end="r"?>'
    ).encode()


def xml_element(text: str) -> str:
    """``text`` as an XML element of the project's own name space."""
    return _OPEN + escape(text) + _CLOSE


def text_in(data: bytes) -> str | None:
    """The text that a picture carries; None if it carries none.  ValueError if it is damaged or not a picture."""
    if data.startswith(PNG_START):
        return _text_in_png(data)
    if data.startswith(b"%PDF-") or b"<svg" in data[:4096]:
        return _text_in_element(data)
    raise ValueError("this is not a PNG, SVG or PDF picture")


def _text_in_png(data: bytes) -> str | None:
    place, text = len(PNG_START), None
    while place + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        body = data[place + 8 : place + 8 + length]
        if len(data) < place + 12 + length:
            raise ValueError(_DAMAGED)
        if kind == b"iTXt" and body.startswith(KEYWORD + b"\0"):
            if struct.unpack_from(">I", data, place + 8 + length)[0] != zlib.crc32(kind + body):
                raise ValueError(_DAMAGED)
            text = _text(body.removeprefix(KEYWORD + b"\0\0\0\0\0"))
        if kind == b"IEND":
            return text
        place += 12 + length
    raise ValueError(_DAMAGED)


def _text_in_element(data: bytes) -> str | None:
    begin = data.find(_OPEN.encode())
    if begin < 0:
        return None
    begin += len(_OPEN)
    end = data.find(_CLOSE.encode(), begin)
    if end < 0:
        raise ValueError(_DAMAGED)
    return unescape(_text(data[begin:end]))


def _text(data: bytes) -> str:
    if len(data) > LARGEST_TEXT:
        raise ValueError(f"its scenario takes more than {LARGEST_TEXT:,} bytes")
    try:
        return data.decode("ascii")
    except UnicodeDecodeError:
        raise ValueError("its scenario is damaged") from None
