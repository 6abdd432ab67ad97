"""Small closed word classes of ten languages: what may come and go without changing what a sentence says.

Only articles and the plain prepositions and conjunctions are *light*: "against", "before", "under" say something
and are left out on purpose. Words are case-folded. A word of one language that has weight in another (Spanish and
Italian "no", English "die") is left out of the light words: all languages are looked up at once.
"""

from __future__ import annotations

import unicodedata

ARTICLES = frozenset(
    """
    a an the
    der das dem den des ein eine einen einem einer eines
    le la les un une du l'
    el los las unos unas una
    il lo i gli uno
    o os um uma uns umas
    de het een
    """.split()
)

LIGHT = ARTICLES | frozenset(
    """
    of in on at to for by with from as that and into
    von vom zum zur im am an auf aus bei mit für und in zu dass
    à au aux en dans pour par avec que et
    del al por para con que y e a
    di da dal dalla dei delle della dello degli nel nella nelle sul sulla per che ed alla agli
    da do das na nos nas ao aos com em pelo pela
    van voor op dat en aan bij
    w we z ze i na do od dla o u przy że oraz
    в во на с со к ко о об от из для по за и у что при а
    в у на з зі із до від для по за і й та що при про
    """.split()
)

#: Lighter company for teasers: a sub-editor swaps these when a lead is shortened.
TEASER_LIGHT = LIGHT | frozenset(
    """
    other others also now just still its their this these those which who is are was were has have had will would be been
    it he she they
    auch nun noch andere anderen sich ist sind waren hat haben hatte wird werden wurde wurden sein es er sie
    aussi autres autre cette ce ces sa ses est sont était a ont sera qui il elle
    también otros otras este esta estos estas su sus es fue ha han será
    anche altri altre questo questa suo sua è sono ha hanno sarà
    também outros outras este esta seu sua é são foi tem será
    ook andere deze dit zijn haar is was heeft hebben wordt
    także inne inni ta to jest są był była było ma mają się
    также другие этот эта это его её их был была было были будет
    також інші цей ця це його її їх був була було були буде
    """.split()
)

NEGATIONS = frozenset(
    """
    not no never none without nor neither cannot nobody nothing hardly
    nicht kein keine keinen keinem keiner keines nie niemals ohne weder niemand nichts
    ne pas jamais sans aucun aucune rien ni personne
    nunca sin ningún ninguna ninguno nadie jamás nada tampoco
    non mai senza nessun nessuno nessuna né nulla
    não sem nenhum nenhuma ninguém
    niet geen nooit zonder niemand
    nie bez nigdy ani żaden żadna
    не нет ни никогда без нельзя никто ничего
    ні ніколи немає ніхто нічого
    """.split()
)


def bare(word: str) -> str:
    """Return the word without accents."""
    if word.isascii():
        return word
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


#: Light words as they are typed without accents.
BARE_LIGHT = frozenset(map(bare, LIGHT))


def is_negation(word: str) -> bool:
    """Tell whether a case-folded word negates, English contractions included."""
    return word in NEGATIONS or word.endswith("n't")


assert not LIGHT & NEGATIONS
