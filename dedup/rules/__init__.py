"""The rule layer: packs of phrases that publishers print, and the matcher that finds them."""
