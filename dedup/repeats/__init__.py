"""What is repeated: MinHash LSH, exact verification, the fact guard, keep-one selection, teasers, site furniture."""
