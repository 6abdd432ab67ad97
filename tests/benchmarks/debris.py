"""What stands around the generated articles: lines of the page that a source or everybody prints, and links to stories."""

from __future__ import annotations

import random
from functools import cache
from typing import NamedTuple

from tests.benchmarks.words import Rand, language

#: Lines that many sources print as they are.
COMMON = {
    "en": (
        "Story continues below advertisement",
        "Advertisement",
        "Sign up for our newsletter and get the day’s news in your inbox every morning",
        "We use your sign-up to provide content in ways you’ve consented to and to learn which subjects interest you. "
        "You can unsubscribe at any time.",
        "Follow us on Facebook and Twitter",
        "This website uses cookies to improve your experience.",
        "Share this article",
    ),
    "de": (
        "Anzeige",
        "Artikel wird nach der Anzeige fortgesetzt",
        "Abonnieren Sie unseren Newsletter und erhalten Sie jeden Morgen das Wichtigste aus der Region",
        "Melden Sie sich für unseren Newsletter an",
        "Artikel teilen",
    ),
    "fr": (
        "Publicité",
        "La suite après la publicité",
        "Inscrivez-vous à la newsletter et recevez l’essentiel chaque matin dans votre boîte mail",
        "Nous utilisons des cookies pour mesurer l’audience du site et vous proposer des contenus adaptés.",
        "Partager cet article",
    ),
    "es": (
        "Publicidad",
        "La noticia continúa después de la publicidad",
        "Suscríbete a nuestra newsletter y recibe cada mañana las noticias en tu correo",
        "Síguenos en Facebook y Twitter",
        "Compartir esta noticia",
    ),
    "ru": (
        "Реклама",
        "Подписывайтесь на наш канал в Telegram",
        "Подпишитесь на нашу рассылку и получайте главные новости каждое утро",
        "Поделиться в социальных сетях",
    ),
    "uk": (
        "Реклама",
        "Підписуйтесь на наш канал у Telegram",
        "Підпишіться на нашу розсилку й отримуйте головні новини щоранку",
        "Поділитися в соціальних мережах",
    ),
}
#: Lines that many sources print below an article.
LAST = {
    "en": ("Source: Read Full Article", "All rights reserved."),
    "de": ("Alle Rechte vorbehalten", "Zur Startseite"),
    "fr": ("Tous droits réservés.", "Retour à l’accueil"),
    "es": ("Todos los derechos reservados.", "Volver a la portada"),
    "ru": ("Все права защищены.", "На главную"),
    "uk": ("Усі права захищені.", "На головну"),
}
#: What points to another story; its headline follows.
ALSO = {
    "en": ("Read also: ", "READ MORE: ", "Related: "),
    "de": ("Lesen Sie auch: ", "Mehr zum Thema: "),
    "fr": ("Lire aussi : ", "À lire aussi : "),
    "es": ("Lea también: ", "Te puede interesar: "),
    "ru": ("Читайте также: ", "Читайте ещё: "),
    "uk": ("Читайте також: ", "Читайте ще: "),
}
RIGHTS = {
    "en": "© 2024 {}. All rights reserved.",
    "de": "© 2024 {}. Alle Rechte vorbehalten.",
    "fr": "© 2024 {}. Tous droits réservés.",
    "es": "© 2024 {}. Todos los derechos reservados.",
    "ru": "© 2024 {}. Все права защищены.",
    "uk": "© 2024 {}. Усі права захищені.",
}


class Source(NamedTuple):
    """A publisher: its language, and the lines that it prints above and below its articles and nobody else does."""

    language: str
    top: str
    rights: str
    desk: str


@cache
def source(number: int, code: str) -> Source:
    """Return a source of a language, always the same for its number."""
    chance = random.Random(number)
    voice = language(code)
    name = f"{chance.choice(voice.names)} {chance.choice(voice.names).split()[0]}"
    desk = f"{voice.heading(chance.random)}, 01990 {chance.randint(100_000, 999_999)}"
    return Source(code, f"{name} – {voice.heading(chance.random)}", RIGHTS[code].format(name), desk)


def surround(body: list[str], place: Source, rand: Rand) -> list[str]:
    """Return the lines of an article with those of its page around and between them."""
    lines = list(body)
    common = COMMON[place.language]
    if rand() < 0.7:
        lines.insert(2 + int(rand() * max(1, len(lines) - 2)), common[int(rand() * rand() * len(common))])
    if rand() < 0.22:
        lines.insert(2 + int(rand() * max(1, len(lines) - 2)), common[int(rand() * len(common))])
    also, voice = ALSO[place.language], language(place.language)
    if rand() < 0.35:
        text = also[int(rand() * len(also))] + voice.heading(rand)
        lines.insert(2 + int(rand() * max(1, len(lines) - 2)), text)
    if rand() < 0.45:
        lines.insert(0, place.top)
    if rand() < 0.12:
        lines.append(LAST[place.language][rand() < 0.5])
    if rand() < 0.36:
        lines.append(place.rights)
    if rand() < 0.26:
        lines.append(place.desk)
    return lines
