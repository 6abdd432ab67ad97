-- Lines, and the pages of all documents -> the (source, text) that a source prints on several pages: on how many, on how many pages it has in all, and
-- how often near their top or end.
-- Pages are counted by their longest line: ten copies of one article are one page, and say nothing of the site.
SELECT counted.source, counted.text, counted.pages, sources.pages AS source_pages, counted.edge_share
FROM (
    SELECT
        lines.source,
        lines.text,
        count(DISTINCT lines.page) AS pages,
        CAST(sum(lines.at_edge) AS DOUBLE) / count(*) AS edge_share
    FROM lines
    GROUP BY lines.source, lines.text
    HAVING count(*) >= {min_pages}
) AS counted
JOIN (
    SELECT source, count(DISTINCT page) AS pages FROM pages GROUP BY source
) AS sources ON sources.source = counted.source
WHERE counted.pages >= {min_pages}
