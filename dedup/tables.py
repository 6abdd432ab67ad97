"""The Arrow tables that flow between the steps, every column documented.

read → DOCUMENTS → analyse → SEGMENTS + TEXTS → detect and decide → REMOVALS → write + ledger. Whatever runs the steps
(`engines/`), the tables are these.
"""

from __future__ import annotations

import pyarrow as pa

# Shapes: what a text looks like decides how freely it may repeat.
SENTENCE = 0  # it ends with a full stop, or is a line of several sentences
CAPTION = 1  # no full stop, but too long for a heading
LOOSE = 2  # a heading, question or list entry: may rightly stand again

#: One document a row.
DOCUMENTS = pa.schema(
    [
        ("doc", pa.int64()),  # number of the document in the order of ids
        ("text", pa.large_string()),  # its text as it stands now
    ]
)

#: One segment a row, in reading order: each line, followed by its sentences if it has two or more.
SEGMENTS = pa.schema(
    [
        ("doc", pa.int64()),
        ("line", pa.int32()),  # number of the line among those that are not blank
        ("sentence", pa.int32()),  # number of the sentence in its line; -1: the row is the line itself
        ("sentences", pa.int32()),  # how many sentences the line has (on both kinds of rows)
        ("start", pa.int64()),  # half-open span of code points of the document
        ("end", pa.int64()),
        ("words", pa.int32()),  # of the normalised text
        ("key_hi", pa.int64()),  # the 128-bit key of the normalised text, as two signed halves
        ("key_lo", pa.int64()),
        ("from_end", pa.int32()),  # lines after this one
        ("whole", pa.bool_()),  # quotes and brackets that open in it close in it
        ("shape", pa.int8()),  # SENTENCE, CAPTION or LOOSE
        ("rule", pa.int32()),  # the rule that names it debris (its number in the run's matcher), or -1
        ("phrase", pa.string()),  # what the rule found
        ("block", pa.int8()),  # the block of debris that the line lies in (context.Block)
        ("witnesses", pa.int8()),  # what else speaks against the line (context.Witness, a bit each)
        ("counts", pa.bool_()),  # its words count for the budget (context.Context)
        ("allowed", pa.bool_()),  # the user said that it stays
        ("head", pa.int32()),  # line of the same text directly before it (the first of the run), or -1
        ("container", pa.int32()),  # longer line of the document that it only repeats, or -1
        ("similarity", pa.float64()),  # share of it that the container says
    ]
)

#: The normalised text of each key, once per batch.
TEXTS = pa.schema([("key_hi", pa.int64()), ("key_lo", pa.int64()), ("text", pa.large_string())])

#: Candidate buckets: texts (by number) that share a band hash. Integers only, so that any SQL engine agrees.
BUCKETS = pa.schema([("bucket", pa.int64()), ("text", pa.int64())])
