"""Names of people and places in several scripts, a few of them very common and most of them rare."""

import random
from collections.abc import Iterator
from itertools import accumulate

# Given names and family names, each with its own writing.
ARABIC = (
    [
        ("Mohammed", "محمد"),
        ("Fatima", "فاطمة"),
        ("Ahmed", "أحمد"),
        ("Khadija", "خديجة"),
        ("Youssef", "يوسف"),
        ("Amina", "أمينة"),
        ("Karim", "كريم"),
        ("Salma", "سلمى"),
        ("Rachid", "رشيد"),
        ("Leïla", "ليلى"),
        ("Hassan", "حسن"),
        ("Nadia", "نادية"),
        ("Samir", "سمير"),
        ("Zineb", "زينب"),
    ],
    [
        ("Haddad", "حداد"),
        ("Benali", "بن علي"),
        ("El Amrani", "العمراني"),
        ("Mansouri", "منصوري"),
        ("Rahmani", "رحماني"),
        ("Khelifi", "خليفي"),
        ("Saidi", "سعيدي"),
        ("Bouazza", "بوعزة"),
        ("Toumi", "تومي"),
        ("Al-Khatib", "الخطيب"),
        ("Belkacem", "بلقاسم"),
        ("Cherif", "شريف"),
    ],
)
CYRILLIC = (
    [
        ("Olena", "Олена"),
        ("Andriy", "Андрій"),
        ("Iryna", "Ірина"),
        ("Serhiy", "Сергій"),
        ("Natalia", "Наталія"),
        ("Dmytro", "Дмитро"),
        ("Oksana", "Оксана"),
        ("Bohdan", "Богдан"),
    ],
    [
        ("Shevchenko", "Шевченко"),
        ("Bondarenko", "Бондаренко"),
        ("Kovalenko", "Коваленко"),
        ("Melnyk", "Мельник"),
        ("Tkachenko", "Ткаченко"),
        ("Kravchuk", "Кравчук"),
        ("Lysenko", "Лисенко"),
        ("Polishchuk", "Поліщук"),
    ],
)
GREEK = (
    [("Eleni", "Ελένη"), ("Giorgos", "Γιώργος"), ("Maria", "Μαρία"), ("Nikos", "Νίκος"), ("Katerina", "Κατερίνα")],
    [
        ("Papadopoulos", "Παπαδόπουλος"),
        ("Georgiou", "Γεωργίου"),
        ("Nikolaidis", "Νικολαΐδης"),
        ("Vlachos", "Βλάχος"),
        ("Economou", "Οικονόμου"),
    ],
)
# Family name first.
CHINESE = (
    [("Mei", "梅"), ("Jun", "军"), ("Xiaoling", "晓玲"), ("Wei", "伟"), ("Yan", "燕"), ("Jing", "静"), ("Lei", "磊")],
    [("Wang", "王"), ("Li", "李"), ("Chen", "陈"), ("Zhao", "赵"), ("Liu", "刘"), ("Huang", "黄"), ("Sun", "孙")],
)
VIETNAMESE = (
    ["Minh Anh", "Văn Đức", "Thị Hương", "Quốc Bảo", "Thị Lan", "Hữu Phước", "Ngọc Mai", "Đình Khôi"],
    ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Võ", "Đặng"],
)
# ruff: noqa: SIM905 (a list of words is read more easily as words)
LATIN_GIVEN = (
    "Maria José Ana João Élodie Mateo Sofia Pedro Aïcha Kwame Ingrid Pablo Chloé Abena Luis Marta Kofi Adèle Tiago "
    "Helena Ousmane Clara Diego Amadou Lucía Samuel Esi Tomás Beatriz Núria Björn Zoë François Inês Joaquim Åsa Renée "
    "Rui Teresa Ibrahima Mariama Carlos Yaw Isabel Rafael Joana Daniel Rosa Victor Céline Emeka Ngozi Adaeze"
).split()
LATIN_FAMILY = (
    "Silva García Fernandes Dubois Mensah Traoré Almeida Lefèvre Ndiaye Castro Boateng Moreau Keita Navarro Petit "
    "Ferreira Santos Diallo Okafor Costa Müller Martin Pereira Sow Rodríguez Nkrumah Bernard Lopes Touré Asante Gomes "
    "Diop Ribeiro Cissé Laurent Marques Owusu Rousseau Pinto Camara Fontaine Teixeira Adeyemi Girard Coulibaly"
).split()
SYLLABLES = (
    "ba be bo ca da de do fa fe ga go ha ja ka ke la le li lo ma me mi mo na ne no o pa pe ra re ri ro sa se so ta te "
    "ti to u va ve vi wa ya za"
).split()
ENDINGS = "ndo rez lle ski nen sson wala mba tti rai vić ngue gaard escu oğlu yan dze pour awi hara".split()
TOWNS = "Port Oued San Villa Nova Beni Santa Ain Monte Puerto Saint Ksar".split()


def made_up(chance: random.Random, number: int) -> list[str]:
    """So many different words that sound like names."""
    words: dict[str, None] = {}
    while len(words) < number:
        stem = "".join(chance.choices(SYLLABLES, k=chance.randrange(1, 4)))
        words[(stem + chance.choice(ENDINGS)).capitalize()] = None
    return list(words)


def ranked(number: int) -> list[float]:
    """Cumulative weights of things of which the first is much more common than the last."""
    return list(accumulate(1 / (place + 8) for place in range(number)))


def people(chance: random.Random) -> Iterator[tuple[str, str, str, str]]:
    """People without end: name, name for sorting, name in their own script and its language."""
    families = LATIN_FAMILY + made_up(chance, 4_000)
    given_weights, family_weights = ranked(len(LATIN_GIVEN)), ranked(len(families))
    scripts = [(ARABIC, "ar"), (ARABIC, "ar"), (ARABIC, "ar"), (CYRILLIC, "uk"), (GREEK, "el")]
    while True:
        which = chance.randrange(20)
        if which < 5:
            (given, family), language = scripts[which]
            (first, own_first), (last, own_last) = chance.choice(given), chance.choice(family)
            # Two family names: the first from the long list, so that few people share both.
            [other] = chance.choices(families, cum_weights=family_weights)
            yield f"{first} {other} {last}", f"{last}, {first} {other}", f"{own_first} {own_last}", language
        elif which == 5:
            (first, own_first), (last, own_last) = (chance.choice(part) for part in CHINESE)
            yield f"{last} {first}", f"{last} {first}", f"{own_last}{own_first}", "zh"
        elif which == 6:
            name = f"{chance.choice(VIETNAMESE[1])} {chance.choice(VIETNAMESE[0])}"
            yield name, name, name, "vi"
        else:
            [first] = chance.choices(LATIN_GIVEN, cum_weights=given_weights)
            [last] = chance.choices(families, cum_weights=family_weights)
            yield f"{first} {last}", f"{last}, {first}", "", ""


def towns(chance: random.Random, number: int) -> list[str]:
    """So many names of towns and districts."""
    return [f"{TOWNS[place % len(TOWNS)]} {word}" for place, word in enumerate(made_up(chance, number))]
