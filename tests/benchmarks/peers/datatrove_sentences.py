"""datatrove's exact sentence deduplication of a folder of text files, as `bench_peers.py` runs it.

usage: PYTHON peers/datatrove_sentences.py IN OUT

PYTHON is that of an environment of its own: `pip install datatrove spacy orjson tokenizers "xxhash<4"`.

The three steps of datatrove's own example: signatures, finding, filtering, with its local executor, one task and worker
a core. Sentences are those of its default for English, a blank spaCy pipeline with the rule-based `sentencizer`, which needs
no model. Single sentences are compared (its default is spans of three), no document is dropped for being short,
and the log line for each input file is silenced. The cleaned texts are written as JSON lines, one file a task.
"""

import os
import sys
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import SentenceDedupFilter, SentenceDedupSignature, SentenceFindDedups
from datatrove.pipeline.dedup.sentence_dedup import SentDedupConfig
from datatrove.pipeline.readers.base import BaseDiskReader
from datatrove.pipeline.writers import JsonlWriter
from loguru import logger

logger.disable("datatrove.pipeline.readers.base")

CONFIG = SentDedupConfig(n_sentences=1, min_doc_words=0, min_num_sentences=0)


class TextReader(BaseDiskReader):
    """Reads a text file as a document."""

    name = "text files"

    def read_file(self, filepath):
        with self.data_folder.open(filepath, "r", encoding="utf-8") as file:
            document = self.get_document_from_dict({"text": file.read()}, filepath, 0)
        if document:
            yield document


def main(source, target):
    """Run the three steps, one after the other."""
    tasks = len(os.sched_getaffinity(0))
    signatures, duplicates = f"{target}/signatures", f"{target}/duplicates"
    reader = TextReader(source, glob_pattern="**/*.txt")
    for number, pipeline in enumerate(
        (
            [reader, SentenceDedupSignature(signatures, finder_workers=tasks, config=CONFIG)],
            [SentenceFindDedups(signatures, duplicates, config=CONFIG)],
            [
                reader,
                SentenceDedupFilter(duplicates, config=CONFIG),
                JsonlWriter(f"{target}/texts", compression=None),
            ],
        )
    ):
        LocalPipelineExecutor(pipeline, tasks=tasks, logging_dir=f"{target}/logs-{number}").run()
    print(sum(path.stat().st_size for path in Path(target, "texts").iterdir()), "bytes of texts")


if __name__ == "__main__":
    main(*sys.argv[1:])
