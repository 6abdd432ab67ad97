"""Bytes → text → the same bytes. A text that cannot be turned back into its bytes is not accepted."""

from __future__ import annotations

import codecs

from dedup.errors import DocumentError

#: A larger file is not an article.
MAX_BYTES = 200_000_000
#: Nor is one with a longer line.
MAX_LINE = 10_000_000

# Encodings of scraped text besides UTF-8; all of them write ASCII as ASCII, so that line ends are line ends.
_LEGACY = [
    "cp1252", "cp1251", "cp1250", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "iso8859_2", "iso8859_15",
    "koi8_r", "koi8_u", "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr",
]  # fmt: skip
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(data: bytes) -> tuple[str, str]:
    """Return the text of a file and its encoding, such that `text.encode(encoding)` is the file again.

    A byte order mark stays in the text as U+FEFF.

    Raises:
        DocumentError: it is no text (NUL bytes, no encoding fits), or no article (a line of 10 million characters).
    """
    text, encoding = _decode(data)
    if len(data) > MAX_LINE:
        longest = max(map(len, text.split("\n")))
        if longest > MAX_LINE:
            raise DocumentError(f"a line of {longest:,} characters; articles have shorter ones, is this a dump?")
    return text, encoding


def _decode(data: bytes) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise DocumentError(f"begins as {encoding} but is not ({error.reason})") from error
    if b"\0" in data:
        raise DocumentError("contains NUL bytes; it is not a text file")
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    from charset_normalizer import from_bytes

    best = from_bytes(data, cp_isolation=_LEGACY).best()
    if best is not None:
        try:
            text = data.decode(best.encoding)
            if text.encode(best.encoding) == data:
                return text, best.encoding
        except UnicodeError:
            pass
    raise DocumentError("is not UTF-8, and no other encoding fits; convert it with iconv first")
