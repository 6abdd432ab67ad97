-- Sentences, and the words of each document -> pairs (doc, twin) where most of doc's words stand in one earlier document.
-- The hint counts only the four earliest documents of each text, so that 100,000 copies of one file are 400,000 hints
-- and not ten billion; every hinted pair is then counted in full.
WITH linked AS (
    SELECT text, text AS other FROM atoms GROUP BY text
    UNION ALL
    SELECT lower_text AS text, higher_text AS other FROM pairs
    UNION ALL
    SELECT higher_text AS text, lower_text AS other FROM pairs
),
holders AS (
    SELECT text, doc, row_number() OVER (PARTITION BY text ORDER BY doc) AS place
    FROM (SELECT DISTINCT text, doc FROM atoms) AS distinct_holders
),
hints AS (
    SELECT atoms.doc, holders.doc AS twin, sum(atoms.words) AS words
    FROM atoms
    JOIN linked ON linked.text = atoms.text
    JOIN holders ON holders.text = linked.other AND holders.place <= 4
    WHERE atoms.words >= {min_words} AND holders.doc < atoms.doc
    GROUP BY atoms.doc, holders.doc
),
hinted AS (
    SELECT hints.doc, hints.twin
    FROM hints JOIN sizes ON sizes.doc = hints.doc
    WHERE hints.words >= 0.25 * sizes.words
),
covered AS (
    SELECT DISTINCT hinted.doc, hinted.twin, atoms.place, atoms.words
    FROM hinted
    JOIN atoms ON atoms.doc = hinted.doc
    JOIN linked ON linked.text = atoms.text
    JOIN holders ON holders.text = linked.other AND holders.doc = hinted.twin
)
SELECT covered.doc, covered.twin, CAST(sum(covered.words) AS DOUBLE) / min(sizes.words) AS share
FROM covered JOIN sizes ON sizes.doc = covered.doc
GROUP BY covered.doc, covered.twin
HAVING sum(covered.words) >= {share} * min(sizes.words)
