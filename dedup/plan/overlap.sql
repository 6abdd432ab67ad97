-- Sentences, and the words of each document -> pairs (doc, twin) where most of doc's words stand in one earlier document.
-- The hint counts only the four earliest documents of each text, so that 100,000 copies of one file are 400,000 hints
-- and not ten billion; every hinted pair is then counted in full.
-- What stands in one document only and is like no other speaks for none.
WITH said AS (
    SELECT text FROM atoms GROUP BY text HAVING min(doc) < max(doc)
    UNION
    SELECT lower_text AS text FROM pairs
    UNION
    SELECT higher_text AS text FROM pairs
),
shared AS (
    SELECT atoms.doc, atoms.place, atoms.text, atoms.words FROM atoms JOIN said ON said.text = atoms.text
),
linked AS (
    SELECT text, text AS other FROM said
    UNION ALL
    SELECT lower_text AS text, higher_text AS other FROM pairs
    UNION ALL
    SELECT higher_text AS text, lower_text AS other FROM pairs
),
holders AS (
    SELECT text, doc, row_number() OVER (PARTITION BY text ORDER BY doc) AS place
    FROM (SELECT DISTINCT text, doc FROM shared) AS distinct_holders
),
hints AS (
    SELECT shared.doc, holders.doc AS twin, sum(shared.words) AS words
    FROM shared
    JOIN linked ON linked.text = shared.text
    JOIN holders ON holders.text = linked.other AND holders.place <= 4
    WHERE shared.words >= {min_words} AND holders.doc < shared.doc
    GROUP BY shared.doc, holders.doc
),
hinted AS (
    SELECT hints.doc, hints.twin
    FROM hints JOIN sizes ON sizes.doc = hints.doc
    WHERE hints.words >= 0.25 * sizes.words
),
-- Texts that stand, as they are or nearly, in a twin: found first, for a text may be like hundreds of others.
stands AS (
    SELECT DISTINCT linked.text, holders.doc AS twin
    FROM holders
    JOIN (SELECT DISTINCT twin FROM hinted) AS twins ON twins.twin = holders.doc
    JOIN linked ON linked.other = holders.text
),
covered AS (
    SELECT hinted.doc, hinted.twin, shared.place, shared.words
    FROM hinted
    JOIN shared ON shared.doc = hinted.doc
    JOIN stands ON stands.text = shared.text AND stands.twin = hinted.twin
)
SELECT covered.doc, covered.twin, CAST(sum(covered.words) AS DOUBLE) / min(sizes.words) AS share
FROM covered JOIN sizes ON sizes.doc = covered.doc
GROUP BY covered.doc, covered.twin
HAVING sum(covered.words) >= {share} * min(sizes.words)
