"""Sentences in eight languages, made of our own words, and the small ways in which a copy of one differs."""

import unicodedata
from itertools import product
from random import Random

from dedup.repeats.words import LIGHT

# A frame per language and its word lists; the frames share their nouns, so that some sentences are nearly alike.
FRAMES = {
    "en": (
        "The council of {0} promised on {1} that the {2} near the {3} would open again before the winter",
        ["Harlow Bay", "Dunmore", "Kettering Cross"], ["Monday", "Thursday"], ["library", "covered market", "swimming pool"],
        ["old harbour", "railway bridge"],
    ),
    "de": (
        "Der Stadtrat von {0} beschloss am {1} einen Neubau für die {2} neben der {3} mit zwanzig Zimmern",
        ["Lindenbrück", "Oberwalden", "Grünfelde"], ["Montag", "Donnerstag"], ["Bücherei", "Markthalle", "Schwimmhalle"],
        ["Mühle", "Eisenbahnbrücke"],
    ),
    "fr": (
        "La commune de {0} a annoncé {1} la reprise de la {2} voisine de l'ancienne {3} du village",
        ["Valmorin", "Sérignac", "Belcastel"], ["lundi", "jeudi"], ["bibliothèque", "halle couverte", "piscine"],
        ["écluse", "forge"],
    ),
    "es": (
        "El ayuntamiento de {0} promete desde el {1} que la {2} junto al {3} abre otra vez antes del próximo invierno",
        ["Valdehondo", "Peñarrubia", "Aldeanueva"], ["lunes", "jueves"], ["biblioteca", "plaza cubierta", "piscina"],
        ["puerto viejo", "puente romano"],
    ),
    "it": (
        "Il comune di {0} ha promesso {1} che la {2} vicino alla {3} riaprirà prima della prossima primavera",
        ["Montebello", "Castelnuovo", "Pieveforte"], ["lunedì", "giovedì"], ["biblioteca", "piscina", "palestra"],
        ["vecchia stazione", "torre civica"],
    ),
    "pl": (
        "Rada gminy {0} zapowiedziała w {1} że {2} obok starej {3} zostanie ponownie otwarta przed nadejściem zimy",
        ["Brzezinka", "Dąbrówka", "Olszanica"], ["poniedziałek", "czwartek"], ["biblioteka", "świetlica", "pływalnia"],
        ["przystani", "wieży ciśnień"],
    ),
    "ru": (
        "Администрация города {0} пообещала в {1} что {2} рядом со старой {3} снова откроется до наступления зимы",
        ["Берёзовск", "Заречный", "Каменка"], ["понедельник", "четверг"], ["библиотека", "ярмарка", "лыжная база"],
        ["пристанью", "водонапорной башней"],
    ),
    "uk": (
        "Рада громади {0} пообіцяла у {1} що {2} поруч зі старою {3} знову відчиниться до початку зими",
        ["Вербівка", "Кам'янка", "Зарічне"], ["понеділок", "четвер"], ["бібліотека", "їдальня", "лижна база"],
        ["пристанню", "водонапірною вежею"],
    ),
}  # fmt: skip
ARTICLE = {"en": "the", "de": "der", "fr": "la", "es": "la", "it": "la", "pl": "w", "ru": "в", "uk": "в"}
LETTERS = {"ru": "аеиоктнсв", "uk": "аеиоктнсв"}


def sentences():
    """Return (language, sentence) for all fillings of all frames, 288 in all."""
    return [
        (language, frame.format(*words)) for language, (frame, *lists) in FRAMES.items() for words in product(*lists)
    ]


def set_otherwise(sentence):
    """Return copies that say and spell the same: other case, quotes, dashes, spaces."""
    words = sentence.split()
    return [
        sentence.upper(),
        f"“{sentence}.”",
        f"«{sentence}»",
        f"– {sentence} –",
        sentence.replace(" ", "\u00a0", 3) + "  ",
        " \u2009".join(words) + "\u200b.",
    ]


def spelt_otherwise(language, sentence, random):
    """Return copies that say the same: slips, accents dropped, one light word less or more."""
    words = sentence.split()
    light = [k for k, word in enumerate(words) if word.casefold() in LIGHT]
    place = random.choice(light)
    less = words[:place] + words[place + 1 :]
    more = [*words]
    more.insert(random.randrange(1, len(words)), ARTICLE[language])
    return [
        *(slip(language, words, random) for _ in range(4)),
        " ".join(word if word in LIGHT else without_accents(word) for word in words),
        " ".join(less),
        " ".join(more),
    ]


def without_accents(word):
    """Return a word without its diacritics; й and ї are letters of their own and stay."""
    return "".join(
        c if c in "йЙїЇ" else "".join(d for d in unicodedata.normalize("NFD", c) if not unicodedata.combining(d))
        for c in word
    )


def slip(language, words, random, count=1):
    """Return the words with so many slips, each in an inner letter of a word of five letters or more."""
    words = list(words)
    content = [k for k, w in enumerate(words) if len(w) >= 5 and w.isalpha() and w.casefold() not in LIGHT]
    for place in random.sample(content, count):
        word = words[place]
        at = random.randrange(1, len(word) - 1)
        kind = random.choice(["replace", "drop", "double", "swap"])
        if kind == "replace":
            word = word[:at] + random.choice(LETTERS.get(language, "aeioktnsv")) + word[at + 1 :]
        elif kind == "drop":
            word = word[:at] + word[at + 1 :]
        elif kind == "double":
            word = word[: at + 1] + word[at:]
        elif at + 2 < len(word):
            word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        words[place] = word
    return " ".join(words)


def seeded():
    """Return a generator of chance that gives every run the same."""
    return Random(20)
