"""Analysis of whole batches: the same tables as `analyse.py` makes line by line, from compiled loops over code points."""
