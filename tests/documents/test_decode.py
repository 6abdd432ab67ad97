"""Bytes → text → the same bytes."""

from __future__ import annotations

import codecs
from contextlib import suppress

import pytest

from dedup import DocumentError
from dedup.documents import decode as module
from dedup.documents.decode import decode

RUSSIAN = "Жители посёлка собрали деньги на новый мост через реку ещё до начала зимы. " * 6


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"one\r\ntwo\rthree", "one\r\ntwo\rthree"),
        ("Ü\u2028\x85\x0b…".encode(), "Ü\u2028\x85\x0b…"),
        (codecs.BOM_UTF8 + b"x", "\ufeffx"),
        ("\U0001f6a2 e\u0301".encode(), "\U0001f6a2 e\u0301"),
    ],
    ids=["an empty file", "line ends as they are", "odd separators", "a byte order mark stays", "astral and combining"],
)
def test_utf8_is_read_as_it_is(data: bytes, text: str) -> None:
    assert decode(data) == (text, "utf-8")
    assert text.encode() == data


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_names_the_encoding(mark: bytes, encoding: str) -> None:
    data = mark + RUSSIAN.encode(encoding)
    text, found = decode(data)
    assert (text, found) == ("\ufeff" + RUSSIAN, encoding)
    assert text.encode(found) == data


def test_a_cp1251_article_is_read_as_cp1251() -> None:
    data = RUSSIAN.encode("cp1251")
    text, encoding = decode(data)
    assert codecs.lookup(encoding).name == "cp1251"
    assert text == RUSSIAN
    assert text.encode(encoding) == data


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"text\0text", "NUL"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "NUL"),
        (codecs.BOM_UTF16_LE + b"x", "begins as utf-16-le"),
        (codecs.BOM_UTF16_BE + b"\xd8\x00", "begins as utf-16-be"),
    ],
    ids=["NUL bytes", "a picture", "half a character", "a lone surrogate"],
)
def test_what_is_no_text_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        decode(data)


def test_bytes_are_refused_or_come_back_exactly() -> None:
    accepted = 0
    for first in range(1, 256):
        data = b"The ferry " + bytes([first, 255 - first or 1, first]) + b" sails again."
        with suppress(DocumentError):
            text, encoding = decode(data)
            accepted += 1
            assert text.encode(encoding) == data
    assert accepted >= 120


def test_a_very_long_line_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_LINE", 20)
    assert decode(b"twenty characters ab\n" * 3)[1] == "utf-8"
    with pytest.raises(DocumentError, match="a line of 21 characters"):
        decode(b"twenty-one characters\n")
