"""Files of a store, written by the workers and by the process that started the run."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote
from uuid import uuid4

from dedup.documents.folder import digest_of
from dedup.documents.output import holds, remove_file, write_file
from dedup.errors import OutputError
from dedup.spark.places import for_spark, here

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem
    from pyspark.sql import SparkSession

#: What Hadoop's `s3a` calls the settings of a store, and what pyarrow calls them.
_S3 = {
    "fs.s3a.access.key": "access_key",
    "fs.s3a.secret.key": "secret_key",
    "fs.s3a.session.token": "session_token",
    "fs.s3a.endpoint": "endpoint_override",
    "fs.s3a.endpoint.region": "region",
}


class Local(NamedTuple):
    """A folder of this machine, which the workers see too."""

    root: Path

    def put(self, name: str, data: bytes) -> None:
        """Write a file, whole or not at all, if it is not there already."""
        if not holds(str(self.root / name), data):
            write_file(self.root / name, data)

    def remove(self, name: str, digest: str) -> bool:
        """Remove a file if it has this digest still; tell whether it was there."""
        path = self.root / name
        if not path.is_file() or digest_of(path.read_bytes()) != digest:
            return False
        remove_file(self.root, path)
        return True


class Remote(NamedTuple):
    """A folder of a store.

    Attributes:
        uri: of the folder.
        settings: what else reaching it needs.
    """

    uri: str
    settings: Mapping[str, str]

    def put(self, name: str, data: bytes) -> None:
        """Write a file; another attempt of the same task writes the same one."""
        system, root = self._system()
        put(system, f"{root}/{name}", data)

    def remove(self, name: str, digest: str) -> bool:
        """Remove a file if it has this digest still; tell whether it was there."""
        system, root = self._system()
        try:
            with system.open_input_stream(f"{root}/{name}") as stream:
                if digest_of(stream.read()) != digest:
                    return False
        except FileNotFoundError:
            return False
        system.delete_file(f"{root}/{name}")
        return True

    def _system(self) -> tuple[FileSystem, str]:
        key = (self.uri, tuple(self.settings.items()))
        if key not in _systems:
            _systems[key] = _open(self.uri, self.settings)
        return _systems[key]


#: The stores that this process has opened.
_systems: dict[Any, tuple[Any, str]] = {}


def store(spark: SparkSession, out: str) -> Local | Remote:
    """Return the folder at a path or URI, such that a worker can write to it."""
    path = here(out)
    if path is not None:
        return Local(Path(os.path.abspath(path)))
    settings = {}
    if out.startswith(("s3a:", "s3:", "s3n:")):
        hadoop = spark.sparkContext._jsc.hadoopConfiguration()
        found = {ours: hadoop.get(theirs) for theirs, ours in _S3.items()}
        settings = {name: value for name, value in found.items() if value}
        if settings.get("endpoint_override", "").endswith("amazonaws.com"):
            del settings["endpoint_override"]  # what pyarrow finds by itself
        if hadoop.get("fs.s3a.connection.ssl.enabled") == "false":
            settings["scheme"] = "http"
    return Remote(out, settings)


def _open(uri: str, settings: Mapping[str, str]) -> Any:
    from pyarrow import fs

    scheme, _, rest = uri.partition("://")
    if scheme in ("s3a", "s3", "s3n"):
        if any(name in settings for name in ("access_key", "endpoint_override")):
            return fs.S3FileSystem(**settings), rest.rstrip("/")
        scheme = "s3"
    return fs.FileSystem.from_uri(f"{scheme}://{quote(rest.rstrip('/'), safe='/:@')}")


def put(system: FileSystem, path: str, data: bytes) -> None:
    """Write a file of a store so that it is there whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        if system.type_name in ("s3", "gcs", "abfs"):  # an object is there when it is whole
            with system.open_output_stream(path) as stream:
                stream.write(data)
            return
        folder = posixpath.dirname(path)
        system.create_dir(folder, recursive=True)
        temporary = f"{folder}/.{uuid4().hex}.tmp"
        with system.open_output_stream(temporary) as stream:
            stream.write(data)
        system.move(temporary, path)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error}; mend that and run again") from error


def put_from_here(spark: SparkSession, place: str, data: bytes) -> None:
    """Write one file from the process that started the run, with what Spark itself knows of the store.

    Raises:
        OutputError: it cannot be written.
    """
    path = here(place)
    if path is not None:
        write_file(path, data)
        return
    try:
        system, target = _hadoop(spark, place)
        temporary = target.suffix(".tmp")
        stream = system.create(temporary, True)
        stream.write(bytearray(data))
        stream.close()
        system.delete(target, False)
        system.rename(temporary, target)
    except Exception as error:  # of Java
        raise OutputError(f"cannot write {place}: {error}; mend that and run again") from error


def clear(spark: SparkSession, out: str, keep: str) -> None:
    """Remove all that lies in a folder but one name, as far as it is there."""
    system, root = _hadoop(spark, out)
    if not system.exists(root):
        return
    for status in system.listStatus(root):
        if status.getPath().getName() != keep:
            system.delete(status.getPath(), True)


def _hadoop(spark: SparkSession, place: str) -> tuple[Any, Any]:
    path = spark.sparkContext._jvm.org.apache.hadoop.fs.Path(for_spark(place))
    return path.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration()), path


def delete(spark: SparkSession, place: str) -> None:
    """Remove a folder with all that lies in it, if it is there."""
    system, path = _hadoop(spark, place)
    system.delete(path, True)
