-- Segments -> distinct texts, numbered by their first place. `source_row` says where the text itself is to be found.
SELECT
    segments.place,
    texts.text,
    texts.source_row
FROM segments
JOIN (
    SELECT
        keys.key_hi,
        keys.key_lo,
        keys.source_row,
        row_number() OVER (ORDER BY firsts.first_place) - 1 AS text
    FROM (
        SELECT key_hi, key_lo, min(place) AS first_place FROM segments GROUP BY key_hi, key_lo
    ) AS firsts
    JOIN (
        SELECT key_hi, key_lo, min(source_row) AS source_row FROM texts_by_key GROUP BY key_hi, key_lo
    ) AS keys ON keys.key_hi = firsts.key_hi AND keys.key_lo = firsts.key_lo
) AS texts ON texts.key_hi = segments.key_hi AND texts.key_lo = segments.key_lo
ORDER BY segments.place
