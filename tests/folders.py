"""Folders of texts for tests: writing them, and looking at all that is there afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

FERRY = "The ferry crews of Port Maren voted to stay ashore until the harbour office answers their letter."
NETS = "Gertrud Alm, who mends the nets, said the winter storms had taken most of the northern pier."
BOOKS = "Seventeen volunteers carried the books from the flooded library to the dry rooms above the bakery."
BRIDGE = "The council will publish the drawings of the wooden bridge, and residents may comment until spring."
ORCHARD = "Nobody in the village remembers a summer in which the orchard gave so many small red apples."
LANTERN = "The old keeper counts every lantern twice before the pilots sail, he told a visitor on Monday."
COOKS = "Seventeen cooks left the island in the night."
BRIDGES = "Жители посёлка Заречный собрали деньги на новый мост через реку ещё до начала зимы."
LIBRARY = "Учитель рассказал, что старая библиотека снова открыта для школьников и их родителей."

#: A folder in which everything happens: changed, unchanged and empty documents, a copy, one that is left alone, other
#: encodings and line ends, files that cannot be read, files that are no texts.
EVERYTHING = {
    "a.txt": f"\ufeff{FERRY}\r\n\r\nAdvertisement\r\n\r\n{NETS}\r\n{FERRY}\r\n".encode(),
    "b/books.txt": f"{BOOKS}\n\n{BRIDGE}\n".encode(),
    "b/copy.txt": f"{BRIDGE}\n\n{BOOKS}\n".encode(),
    "b/near.txt": f"{BOOKS.replace('bakery', 'bakrey')}\n\n{LANTERN} It rained.\n".encode(),
    "b/sentence.txt": f"{ORCHARD} {NETS} Nobody else was there.\n".encode(),
    "c/alone.txt": f"{COOKS}\n".encode() * 4,
    "c/empty.txt": b"",
    "c/ru.txt": f"{BRIDGES}\r\n\r\n{LIBRARY}\r\n\r\n{BRIDGES}\r\n".encode("cp1251"),
    "c/wide.txt": f"\ufeffРеклама\n\n{LIBRARY.replace('старая', 'новая')} Ждут и гостей".encode("utf-16-le"),
    "d/bad.txt": b"text\0more",
    "d/half.txt": b"\xff\xfex",
    "d/picture.jpg": b"\xff\xd8",
}


def fill(folder: Path, files: Mapping[str, bytes | str]) -> Path:
    """Write files below a folder, which is made, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    return folder


def whole(folder: Path) -> dict[str, bytes | None]:
    """Return everything below a folder by name: the bytes of files, None for folders."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }
