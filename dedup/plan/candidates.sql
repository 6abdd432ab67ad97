-- Bucket entries -> candidate pairs of texts.
-- In a bucket of n texts the first 64 meet all others and each meets the 16 before it: n x 80 pairs at most, so that
-- a bucket of thousands does not go quadratic. Selection needs one kept earlier twin, not all pairs.
WITH ranked AS (
    SELECT bucket, text, row_number() OVER (PARTITION BY bucket ORDER BY text) AS place
    FROM (SELECT DISTINCT bucket, text FROM buckets) AS distinct_entries
),
steps AS (
    SELECT place AS step FROM ranked
    WHERE place <= 16
    GROUP BY place
)
SELECT DISTINCT low.text AS lower_text, high.text AS higher_text
FROM (
    SELECT leader.bucket, leader.place AS low_place, member.place AS high_place
    FROM ranked AS leader
    JOIN ranked AS member ON leader.bucket = member.bucket
    WHERE leader.place <= 64 AND leader.place < member.place
    UNION ALL
    SELECT ranked.bucket, ranked.place AS low_place, ranked.place + steps.step AS high_place
    FROM ranked CROSS JOIN steps
    WHERE ranked.place > 64
) AS met
JOIN ranked AS low ON low.bucket = met.bucket AND low.place = met.low_place
JOIN ranked AS high ON high.bucket = met.bucket AND high.place = met.high_place
