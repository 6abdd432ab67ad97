"""Corpora that exercise the tool: hypothesis strategies over word lists of our own, in four scripts.

The pool of sentences is small on purpose, so that documents share captions, paragraphs and near-copies all the time;
what a page adds to an article (labels, teasers, furniture) and how files are set (line ends, blank lines, odd spaces)
is drawn on top.
"""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from dedup import Config, Document

SENTENCES = (
    "The ferry crews of Port Maren voted to stay ashore until the harbour office answers their letter.",
    "Gertrud Alm, who mends the nets, said the winter storms had taken most of the northern pier.",
    '"We count every lantern twice before the pilots sail," the old keeper told a visitor on Monday.',
    "Seventeen volunteers carried the books from the flooded library to the dry rooms above the bakery.",
    "The council will publish the drawings of the wooden bridge, and residents may comment until spring.",
    "Nobody in the village remembers a summer in which the orchard gave so many small red apples.",
    "Die Fähre nach Sandholm bleibt bis zum Abend im Hafen, weil der Sturm die Boote beschädigt hat.",
    "„Wir haben die Brücke dreimal gezählt“, sagte die Müllerin Hedwig Brandt am Rand der Sitzung.",
    "Der Gemeinderat prüft, ob die alten Linden an der Mühlstraße erhalten werden können.",
    "Жители посёлка Заречный собрали деньги на новый мост через реку ещё до начала зимы.",
    "Учитель Павел Громов рассказал, что старая библиотека снова открыта для школьников.",
    "Мешканці села Берестове відновили пекарню та щоранку печуть хліб для всієї громади.",
    "Ο δήμος ανακοίνωσε ότι το παλιό λιμάνι θα μείνει κλειστό μέχρι το τέλος του χειμώνα.",
    "村民们在河边修建了一座新的木桥，孩子们每天早晨都从那里走到学校。",
    "Il mercato del pesce riaprirà giovedì, dopo che gli operai avranno riparato il tetto della loggia.",
    "La alcaldesa de Valdehondo prometió que las acequias volverán a abrirse antes de la cosecha.",
)
TEMPLATES = (
    "At least {n} fishing boats were counted in the harbour of Port Maren on Tuesday evening.",
    "Rund {n} Besucher kamen am Sonntag zum Markt auf der Insel Sandholm.",
    "В посёлке Заречный за неделю построили {n} новых домов для семей рыбаков.",
)
SHORT = (
    "Conclusion",
    "(APPLAUSE)",
    "Best Director",
    "Pros",
    "2",
    "2 – 1",
    "Итоги",
    "Was nun?",
    "* * *",
    "—",
    "Ja, ja",
    "?",
)
RULED = (
    "Advertisement",
    "ADVERTISEMENT",
    "READ MORE: The volunteers who count the herring gulls",
    "We use your sign-up to provide content in ways you've consented to and to improve our understanding of you.",
    "You can unsubscribe at any time.",
    "Source: Read Full Article",
    "Anzeige",
    "Читайте также: Как в Заречном строили мост",
)
FURNITURE = (
    "The Maren Messenger – news from the harbour since the great tide",
    "Newsdesk: call us on weekdays, or leave a note at the lighthouse",
    "Вестник Заречья – газета посёлка",
    "Impressum und Hausordnung",
)
SOURCES = ("alpha", "beta", "")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1251", "cp1252", "koi8_r", "gb18030")


def _typo(text: str) -> str:
    words = text.split(" ")
    longest = max(range(len(words)), key=lambda k: len(words[k]))
    word = words[longest]
    half = len(word) // 2
    words[longest] = word[:half] + word[half + 1 :] if len(word) > 7 else word
    return " ".join(words)


def _swap(text: str) -> str:
    words = text.split(" ")
    place = next((k for k in range(len(words) - 1, -1, -1) if len(words[k]) > 6 and words[k].isalpha()), None)
    if place is not None:
        word = words[place]
        words[place] = word[:3] + word[4] + word[3] + word[5:]
    return " ".join(words)


#: The same text, set or typed otherwise: what an editor would call one text.
SAME: tuple[Callable[[str], str], ...] = (
    lambda t: t,
    lambda t: t.replace('"', "”").replace("”", "“", 1),
    lambda t: t.replace(" – ", " - ").replace("'", "’"),
    lambda t: t.replace(" ", "\u00a0", 2),
    lambda t: t.replace(" ", "  ", 1),
    str.upper,
    lambda t: f"  {t} ",
    lambda t: t.rstrip("."),
    _typo,
    _swap,
    lambda t: t.replace("the ", "", 1).replace("der ", "", 1),
    lambda t: t.replace("ü", "u").replace("ä", "a").replace("ё", "е"),
)
#: Another text, nearly: cut short, or a fact changed.
OTHER: tuple[Callable[[str], str], ...] = (
    lambda t: " ".join(t.split(" ")[: len(t.split(" ")) * 3 // 4]),
    lambda t: " ".join(t.split(" ")[: len(t.split(" ")) * 3 // 4]) + "…",
    lambda t: " ".join(t.split(" ")[2:]),
    lambda t: t.replace(" will ", " will not ").replace("Seventeen", "Eighteen").replace("Павел", "Пётр"),
    lambda t: t + " " + t.split(" ")[0],
    lambda t: f"{t[:-1]}, officials say.",
    lambda t: f"“{t}”",
)


def facts() -> st.SearchStrategy[str]:
    """Sentences from a template with a number."""
    return st.builds(lambda t, n: t.format(n=n), st.sampled_from(TEMPLATES), st.sampled_from((7, 17, 18, 71, "1,100")))


def sentences() -> st.SearchStrategy[str]:
    """Sentences of the pool, mostly as they are, some set or typed otherwise, some changed."""
    plain = st.sampled_from(SENTENCES)
    changed = st.builds(lambda t, change: change(t), plain, st.sampled_from(SAME + OTHER))
    return st.one_of(plain, plain, plain, changed, facts(), st.sampled_from(RULED[3:5]))


@st.composite
def paragraphs(draw: st.DrawFn) -> list[str]:
    """A paragraph of one to four sentences, alone or with its teaser."""
    parts = draw(st.lists(sentences(), min_size=1, max_size=4))
    text = draw(st.sampled_from((" ", " ", "  ", "\u00a0"))).join(parts)
    return draw(st.sampled_from(([text], [text], [OTHER[0](parts[0]), text], [text, parts[0]], [parts[-1], "", text])))


@st.composite
def captions(draw: st.DrawFn) -> list[str]:
    """A picture caption twice in a row, perhaps with its credit between, perhaps a near-copy."""
    caption = draw(st.sampled_from(SENTENCES)).rstrip(".")
    again = draw(st.sampled_from(SAME))(caption)
    return draw(
        st.sampled_from(([caption, again], [caption, "", again], [caption, "Photo: Ines Darrow", again], [caption]))
    )


def blocks() -> st.SearchStrategy[list[str]]:
    """A few lines that belong together."""
    return st.one_of(
        paragraphs(),
        paragraphs(),
        captions(),
        st.sampled_from(SHORT).map(lambda t: [t]),
        st.sampled_from(SHORT).map(lambda t: [t, t]),
        st.sampled_from(RULED).map(lambda t: [t]),
    )


@st.composite
def settings_of_text(draw: st.DrawFn, lines: list[str]) -> str:
    """Set lines as a file: line ends, blank lines, odd spaces, byte order mark, end of file."""
    end = draw(st.sampled_from(("\n", "\n", "\r\n")))
    gap = draw(st.sampled_from((end, end * 2, end * 2, end * 3, f"{end} \t{end}")))
    text = gap.join(lines)
    if draw(st.booleans()):
        text = text.replace(gap, end, 1)
    text = draw(st.sampled_from(("", "", "\ufeff"))) + draw(st.sampled_from(("", "", end, "  "))) + text
    return text + draw(st.sampled_from((end, end, "", end * 3, " ", f"{end}  ")))


@st.composite
def corpora(draw: st.DrawFn, max_documents: int = 6) -> list[Document]:
    """Documents of up to three sources, some of them copies of others, some empty."""
    count = draw(st.integers(1, max_documents))
    furniture = {source: draw(st.sampled_from(FURNITURE)) for source in SOURCES}
    bodies: list[list[str]] = []
    documents = []
    for number in range(count):
        source = draw(st.sampled_from(SOURCES))
        kind = draw(st.sampled_from(("new", "new", "new", "copy", "empty")))
        if kind == "copy" and bodies:
            lines = list(draw(st.sampled_from(bodies)))
            if draw(st.booleans()):
                lines = [draw(st.sampled_from(SAME))(line) for line in lines]
            if draw(st.booleans()):
                lines.append(draw(sentences()))
        elif kind == "empty":
            lines = draw(st.sampled_from(([], [""], ["", " "])))
        else:
            lines = [line for block in draw(st.lists(blocks(), min_size=1, max_size=6)) for line in block]
        bodies.append(lines)
        if draw(st.booleans()):
            lines = [furniture[source], *lines] if draw(st.booleans()) else [*lines, furniture[source]]
        name = f"{source}/{number}.txt" if source else f"{number}.txt"
        documents.append(Document(name, draw(settings_of_text(lines)), source))
    return documents


def configs() -> st.SearchStrategy[Config]:
    """Settings: mostly the default ones."""
    return st.one_of(
        st.just(Config(workers=1)),
        st.builds(
            Config,
            scope=st.sampled_from(("corpus", "document")),
            threshold=st.sampled_from((0.6, 0.8, 0.95)),
            min_words=st.sampled_from((1, 3, 5, 9)),
            budget=st.sampled_from((0.2, 0.5, 1.0)),
            duplicate_documents=st.sampled_from(("drop", "keep")),
            preview=st.booleans(),
            workers=st.just(1),
        ),
    )


@st.composite
def wild_texts(draw: st.DrawFn) -> str:
    """Any characters at all, some lines of them again."""
    lines = draw(st.lists(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0")), max_size=6))
    lines += draw(st.lists(st.sampled_from((*lines, *SENTENCES[:3], *RULED[:2])), max_size=4))
    return draw(st.sampled_from(("\n", "\n\n", "\r\n", "\r"))).join(lines)


@st.composite
def files(draw: st.DrawFn) -> dict[str, bytes]:
    """The bytes of a folder's files, in several encodings."""
    found = {}
    for document in draw(corpora(4)):
        encoding = draw(st.sampled_from(ENCODINGS))
        found[document.id] = document.text.lstrip("\ufeff").encode(encoding, "ignore")
    found["wild/0.txt"] = draw(wild_texts()).encode()
    found["wild/1.txt"] = draw(st.binary(max_size=40))
    return found
