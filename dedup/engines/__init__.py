"""Where the steps run: the same plan (`plan/*.sql`) and the same Arrow functions on one machine or on many."""
