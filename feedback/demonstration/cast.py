"""Who and what there is in the Republic of Marenda: names only, no logic."""

from stakeholders.models import Organisation

Kind = Organisation.Kind
PEOPLE = 300

OFFICE_UNITS = [
    ("nso-liaison", "User relations division"),
    ("nso-labour", "Labour and living conditions division"),
    ("nso-prices", "Prices and national accounts division"),
    ("nso-social", "Social statistics division"),
]
OFFICE_KEYS = {"nso", *(key for key, _name in OFFICE_UNITS)}

# Short name, name, abbreviation, kind, host, owner, contact every … days, other names (language or "former").
MINISTRIES = [
    (
        "labour",
        "Ministry of Labour and Social Affairs",
        "MLSA",
        Kind.MINISTRY,
        "labour.example",
        "nadia",
        30,
        (
            ("fr", "Ministère du Travail et des Affaires sociales"),
            ("ar", "وزارة العمل والشؤون الاجتماعية"),
            ("former", "Ministry of Labour"),
        ),
    ),
    (
        "health",
        "Ministry of Health",
        "MoH",
        Kind.MINISTRY,
        "health.example",
        "nadia",
        30,
        (("fr", "Ministère de la Santé"), ("ar", "وزارة الصحة")),
    ),
    (
        "finance",
        "Ministry of Finance and Planning",
        "MFP",
        Kind.MINISTRY,
        "finance.example",
        "omar",
        30,
        (("fr", "Ministère des Finances et du Plan"), ("ar", "وزارة المالية والتخطيط")),
    ),
    (
        "education",
        "Ministry of Education",
        "MoE",
        Kind.MINISTRY,
        "education.example",
        "nadia",
        30,
        (("fr", "Ministère de l’Éducation"), ("ar", "وزارة التربية")),
    ),
    (
        "agriculture",
        "Ministry of Agriculture",
        "MoA",
        Kind.MINISTRY,
        "agriculture.example",
        "nadia",
        90,
        (("fr", "Ministère de l’Agriculture"), ("ar", "وزارة الفلاحة")),
    ),
    (
        "economy",
        "Ministry of Economy",
        "MEc",
        Kind.MINISTRY,
        "economy.example",
        "omar",
        30,
        (("fr", "Ministère de l’Économie"), ("ar", "وزارة الاقتصاد"), ("former", "Ministry of Trade and Industry")),
    ),
    (
        "interior",
        "Ministry of Interior",
        "MoI",
        Kind.MINISTRY,
        "interior.example",
        "omar",
        30,
        (("fr", "Ministère de l’Intérieur"), ("ar", "وزارة الداخلية")),
    ),
    (
        "environment",
        "Ministry of Environment",
        "MEnv",
        Kind.MINISTRY,
        "environment.example",
        "omar",
        60,
        (("fr", "Ministère de l’Environnement"), ("ar", "وزارة البيئة")),
    ),
    (
        "justice",
        "Ministry of Justice",
        "MoJ",
        Kind.MINISTRY,
        "justice.example",
        "omar",
        60,
        (("fr", "Ministère de la Justice"), ("ar", "وزارة العدل")),
    ),
    (
        "transport",
        "Ministry of Transport",
        "MoT",
        Kind.MINISTRY,
        "transport.example",
        "omar",
        60,
        (("fr", "Ministère des Transports"), ("ar", "وزارة النقل")),
    ),
    (
        "bank",
        "Central Bank of Marenda",
        "CBM",
        Kind.CENTRAL_BANK,
        "centralbank.example",
        "nadia",
        90,
        (("fr", "Banque centrale de Marenda"), ("ar", "البنك المركزي لمارندا")),
    ),
    (
        "employment",
        "National Employment Agency",
        "NEA",
        Kind.DEPARTMENT_AGENCY,
        "employment.example",
        "nadia",
        60,
        (("fr", "Agence nationale de l’emploi"), ("ar", "الوكالة الوطنية للتشغيل")),
    ),
    (
        "security",
        "Social Security Fund",
        "SSF",
        Kind.DEPARTMENT_AGENCY,
        "socialsecurity.example",
        "nadia",
        60,
        (("fr", "Caisse de sécurité sociale"), ("ar", "صندوق الضمان الاجتماعي")),
    ),
    (
        "customs",
        "Customs Administration",
        "CA",
        Kind.DEPARTMENT_AGENCY,
        "customs.example",
        "omar",
        60,
        (("fr", "Administration des douanes"), ("ar", "إدارة الجمارك")),
    ),
    (
        "water",
        "National Water Authority",
        "NWA",
        Kind.OTHER_NATIONAL_AUTHORITY,
        "water.example",
        "omar",
        60,
        (("fr", "Autorité nationale de l’eau"), ("ar", "الهيئة الوطنية للمياه")),
    ),
]
SUPPLIERS = {"labour", "health", "education", "interior", "employment", "security", "customs", "agriculture", "justice"}

UNITS = {
    "labour": ["Labour market observatory", "Directorate of employment policy", "Wages unit"],
    "health": ["Directorate of health information", "Civil registration of deaths unit"],
    "finance": ["Directorate of forecasts", "Budget directorate"],
    "education": ["School statistics unit", "Planning directorate"],
    "agriculture": ["Directorate of agricultural statistics", "Food security unit"],
    "economy": ["Directorate of trade", "Business observatory"],
    "interior": ["Civil registry directorate"],
    "environment": ["Climate unit"],
    "justice": ["Courts statistics unit"],
    "transport": ["Road safety observatory"],
    "bank": ["Research department", "Balance of payments department"],
    "employment": ["Studies department"],
}

_G, _S, _B, _M, _E, _R, _I = (
    "GOVERNMENT",
    "SUBNATIONAL_GOVERNMENT",
    "BUSINESS",
    "MEDIA",
    "EDUCATION",
    "RESEARCH",
    "INTERNATIONAL",
)
_OUT, _LOCAL, _REGION, _ABOVE = "NOT_GOVERNMENT", "LOCAL", "REGIONAL", "SUPRANATIONAL"

# Short name, name, kind, segment, level of government, region.
OTHERS = [
    ("chamber", "Chamber of Commerce of San Telmo", Kind.BUSINESS_ASSOCIATION, _B, _OUT, "San Telmo"),
    ("employers", "Employers’ Federation", Kind.BUSINESS_ASSOCIATION, _B, _OUT, "San Telmo"),
    ("unions", "Trade Union Confederation", Kind.TRADE_UNION, "GENERAL_PUBLIC", _OUT, "San Telmo"),
    ("university", "University of San Telmo", Kind.ACADEMIA, _R, _OUT, "San Telmo"),
    ("wfp", "World Food Programme, country office", Kind.INTERNATIONAL_ORGANISATION, _I, _ABOVE, ""),
    ("ilo", "ILO country office", Kind.INTERNATIONAL_ORGANISATION, _I, _ABOVE, ""),
    ("who", "WHO country office", Kind.INTERNATIONAL_ORGANISATION, _I, _ABOVE, ""),
    ("unicef", "UNICEF country office", Kind.INTERNATIONAL_ORGANISATION, _I, _ABOVE, ""),
    ("courrier", "Le Courrier de Marenda", Kind.MEDIA, _M, _OUT, "San Telmo"),
    ("atlasplan", "Atlas region, planning office", Kind.REGIONAL_GOVERNMENT, _S, _REGION, "Atlas"),
    ("coastplan", "Coast region, planning office", Kind.REGIONAL_GOVERNMENT, _S, _REGION, "Coast"),
    ("plainsplan", "Plains region, planning office", Kind.REGIONAL_GOVERNMENT, _S, _REGION, "Plains"),
    ("islandsplan", "Islands region, planning office", Kind.REGIONAL_GOVERNMENT, _S, _REGION, "Islands"),
    ("southplan", "South region, planning office", Kind.REGIONAL_GOVERNMENT, _S, _REGION, "South"),
    ("capitalplan", "Capital region, planning office", Kind.REGIONAL_GOVERNMENT, _S, _REGION, "Capital"),
    ("santelmo", "City of San Telmo", Kind.LOCAL_GOVERNMENT, _S, _LOCAL, "Capital"),
    ("portclara", "City of Port Clara", Kind.LOCAL_GOVERNMENT, _S, _LOCAL, "Coast"),
    ("ouedsalem", "City of Oued Salem", Kind.LOCAL_GOVERNMENT, _S, _LOCAL, "Atlas"),
    ("villanova", "City of Villanova", Kind.LOCAL_GOVERNMENT, _S, _LOCAL, "Plains"),
    ("tarfa", "City of Tarfa", Kind.LOCAL_GOVERNMENT, _S, _LOCAL, "South"),
    ("parliament", "National Assembly, research service", Kind.PARLIAMENT, _G, "NATIONAL", "Capital"),
    ("court", "Court of Audit", Kind.JUDICIARY, _G, "NATIONAL", "Capital"),
    ("competition", "Competition Council", Kind.OTHER_NATIONAL_AUTHORITY, _G, "NATIONAL", "Capital"),
    ("telecom", "Telecommunications Regulator", Kind.OTHER_NATIONAL_AUTHORITY, _G, "NATIONAL", "Capital"),
    ("power", "Marenda Power", Kind.PUBLIC_ENTERPRISE, _B, "NATIONAL", "Capital"),
    ("rail", "Marenda Railways", Kind.PUBLIC_ENTERPRISE, _B, "NATIONAL", "Capital"),
    ("ports", "Port Authority of Port Clara", Kind.PUBLIC_ENTERPRISE, _B, "NATIONAL", "Coast"),
    ("polytechnic", "Polytechnic Institute of Port Clara", Kind.ACADEMIA, _E, _OUT, "Coast"),
    ("atlasuni", "University of the Atlas", Kind.ACADEMIA, _R, _OUT, "Atlas"),
    ("economics", "Institute of Economic Research", Kind.ACADEMIA, _R, _OUT, "Capital"),
    ("demography", "Centre for Population Studies", Kind.ACADEMIA, _R, _OUT, "Capital"),
    ("agronomy", "Institute of Agronomy", Kind.ACADEMIA, _R, _OUT, "Plains"),
    ("publichealth", "School of Public Health", Kind.ACADEMIA, _E, _OUT, "Capital"),
    ("lycee", "Association of Secondary Schools", Kind.CIVIL_SOCIETY, _E, _OUT, "Capital"),
    ("herald", "The San Telmo Herald", Kind.MEDIA, _M, _OUT, "Capital"),
    ("radio", "Radio Marenda", Kind.MEDIA, _M, _OUT, "Capital"),
    ("atlastv", "Atlas TV", Kind.MEDIA, _M, _OUT, "Atlas"),
    ("business", "Business Week Marenda", Kind.MEDIA, _M, _OUT, "Capital"),
    ("datadesk", "Data Desk cooperative", Kind.MEDIA, _M, _OUT, "Capital"),
    ("bankers", "Association of Banks", Kind.BUSINESS_ASSOCIATION, _B, _OUT, "Capital"),
    ("tourism", "Hotel and Tourism Association", Kind.BUSINESS_ASSOCIATION, _B, _OUT, "Coast"),
    ("exporters", "Exporters’ Union", Kind.BUSINESS_ASSOCIATION, _B, _OUT, "Coast"),
    ("farmers", "National Farmers’ Union", Kind.BUSINESS_ASSOCIATION, _B, _OUT, "Plains"),
    ("builders", "Builders’ Federation", Kind.BUSINESS_ASSOCIATION, _B, _OUT, "Capital"),
    ("cement", "Atlas Cement", Kind.BUSINESS, _B, _OUT, "Atlas"),
    ("foods", "Plains Foods", Kind.BUSINESS, _B, _OUT, "Plains"),
    ("telmo", "Telmo Telecom", Kind.BUSINESS, _B, _OUT, "Capital"),
    ("retail", "Mercado Retail Group", Kind.BUSINESS, _B, _OUT, "Capital"),
    ("women", "Women’s Rights Network", Kind.CIVIL_SOCIETY, "GENERAL_PUBLIC", _OUT, "Capital"),
    ("disability", "Disability Alliance", Kind.CIVIL_SOCIETY, "GENERAL_PUBLIC", _OUT, "Capital"),
    ("consumers", "Consumers’ Association", Kind.CIVIL_SOCIETY, "GENERAL_PUBLIC", _OUT, "Capital"),
    ("transparency", "Open Data Marenda", Kind.CIVIL_SOCIETY, "GENERAL_PUBLIC", _OUT, "Capital"),
    ("green", "Green Coast Foundation", Kind.CIVIL_SOCIETY, "GENERAL_PUBLIC", _OUT, "Coast"),
    ("teachers", "Teachers’ Union", Kind.TRADE_UNION, _E, _OUT, "Capital"),
    ("worldbank", "World Bank, country office", Kind.DEVELOPMENT_PARTNER, _I, _ABOVE, ""),
    ("imf", "IMF resident representative", Kind.INTERNATIONAL_ORGANISATION, _I, _ABOVE, ""),
    ("undp", "UNDP country office", Kind.INTERNATIONAL_ORGANISATION, _I, _ABOVE, ""),
    ("fao", "FAO country office", Kind.INTERNATIONAL_ORGANISATION, _I, _ABOVE, ""),
    ("unfpa", "UNFPA country office", Kind.INTERNATIONAL_ORGANISATION, _I, _ABOVE, ""),
    ("neighbour", "Statistical Office of Valdoria", Kind.FOREIGN_NSO, _I, _ABOVE, ""),
]
REGULAR = {
    "chamber",
    "employers",
    "unions",
    "university",
    "wfp",
    "ilo",
    "who",
    "unicef",
    "courrier",
    "atlasplan",
    "parliament",
    "economics",
    "worldbank",
    "imf",
    "farmers",
    "bankers",
    "demography",
    "santelmo",
}

# Name, name in its own script, language of that script, organisation, title, address.
NAMED = [
    ("Ines Duarte", "", "", "nso", "Head of systems", ""),
    ("Beatriz Lacerda", "", "", "nso-liaison", "Director of user relations", ""),
    ("Nadia Rahmani", "نادية رحماني", "ar", "nso-liaison", "Liaison officer", ""),
    ("Omar Farouk", "عمر فاروق", "ar", "nso-liaison", "Liaison officer", ""),
    ("Carmen Valdés", "", "", "nso-labour", "Senior statistician, labour", ""),
    ("Peter Osei", "", "", "nso-prices", "Senior statistician, prices", ""),
    ("Joana Teixeira", "", "", "nso-social", "Senior statistician, social protection", ""),
    ("Dr Leïla Benkirane", "ليلى بنكيران", "ar", "health", "Director of health information", "expert@health.example"),
    ("Amina Haddad", "أمينة حداد", "ar", "labour", "Head, labour market observatory", "expert@labour.example"),
    ("Yusuf Al-Khatib", "يوسف الخطيب", "ar", "labour", "Director, employment policy", "y.alkhatib@labour.example"),
    ("Lucía Osei", "", "", "labour-3", "Analyst, wages", "l.osei@labour.example"),
    ("Samuel Okoro", "", "", "bank", "Head of research", "s.okoro@centralbank.example"),
    ("Ana Lindqvist", "", "", "bank-1", "Economist", "a.lindqvist@centralbank.example"),
    ("Tomás Quiroga", "", "", "chamber", "Head of studies", "t.quiroga@chamber.example"),
    ("Kateryna Melnyk", "Катерина Мельник", "uk", "wfp", "Programme officer, food prices", "k.melnyk@wfp.example"),
    ("Fatou Diop", "", "", "agriculture", "Director of agricultural statistics", "f.diop@agriculture.example"),
    ("Nguyễn Thị Lan", "Nguyễn Thị Lan", "vi", "education", "Head of school statistics", "n.lan@education.example"),
    ("Daniel Mwangi", "", "", "ilo", "Labour statistics officer", "d.mwangi@ilo.example"),
    ("Ingrid Søndergaard", "", "", "university", "Professor of economics", "i.sondergaard@university.example"),
    ("Peter Achebe", "", "", "university", "Lecturer", "p.achebe@university.example"),
    ("Chiara Bellini", "", "", "unions", "Head of research", "c.bellini@unions.example"),
    ("Marc Delgado", "", "", "unions", "Adviser", "m.delgado@unions.example"),
    ("Jean-Baptiste Ouédraogo", "", "", "security", "Actuary", "jb.ouedraogo@socialsecurity.example"),
    ("Hélène Marchetti", "", "", "employers", "Director of studies", "h.marchetti@employers.example"),
    ("María Fernanda Ibáñez", "", "", "employment", "Head of studies", "mf.ibanez@employment.example"),
    ("Rashid Karimov", "Рашид Каримов", "ru", "economy", "Deputy director", "r.karimov@economy.example"),
    ("Paula Nunes", "", "", "economy", "Analyst", "p.nunes@economy.example"),
    ("Leonor Prado", "", "", "finance", "Director of forecasts", "l.prado@finance.example"),
    ("Idris Bello", "", "", "finance", "Economist", "i.bello@finance.example"),
    ("Press desk", "", "", "courrier", "Newsroom", "press@courrier.example"),
    ("Rosa Santos", "", "", "labour-1", "Analyst", "r.santos@labour.example"),
    ("Mateus Duarte", "", "", "labour-2", "Economist", "m.duarte@labour.example"),
]
BOUNCED = {"Press desk"}

# Name, owner, contact every … days.
RHYTHMS = [
    ("Fatou Diop", "nadia", 90),
    ("Leonor Prado", "omar", 60),
    ("Rashid Karimov", "omar", 60),
    ("Daniel Mwangi", "omar", 120),
]

TITLES = [
    "Economist",
    "Head of unit",
    "Statistician",
    "Policy adviser",
    "Director",
    "Analyst",
    "Data manager",
    "Planning officer",
    "Research officer",
    "Deputy director",
]
ROLES = [
    "POLICY_ANALYST",
    "STATISTICAL_UNIT_HEAD",
    "DATA_CUSTODIAN",
    "DECISION_MAKER",
    "RESEARCHER",
    "LIAISON_OFFICER",
    "OTHER",
]

# First names and surnames with their own writing, by language.
_ARABIC = (
    [
        ("Khadija", "خديجة"),
        ("Youssef", "يوسف"),
        ("Salma", "سلمى"),
        ("Hassan", "حسن"),
        ("Mariam", "مريم"),
        ("Tariq", "طارق"),
        ("Nour", "نور"),
        ("Ibrahim", "إبراهيم"),
        ("Zahra", "زهرة"),
        ("Karim", "كريم"),
    ],
    [
        ("Benali", "بن علي"),
        ("Mansouri", "منصوري"),
        ("El Idrissi", "الإدريسي"),
        ("Hamdan", "حمدان"),
        ("Najjar", "نجار"),
        ("Bouzid", "بوزيد"),
        ("Saleh", "صالح"),
        ("Amrani", "عمراني"),
    ],
)
_CYRILLIC = (
    [("Olena", "Олена"), ("Iryna", "Ірина"), ("Petro", "Петро"), ("Danylo", "Данило"), ("Sofiia", "Софія")],
    [("Kovalenko", "Коваленко"), ("Shevchuk", "Шевчук"), ("Bondar", "Бондар"), ("Tkachenko", "Ткаченко")],
)
_CHINESE = (
    [("Wang", "王"), ("Li", "李"), ("Chen", "陈"), ("Zhao", "赵")],
    [("Mei", "梅"), ("Jun", "军"), ("Xiaoling", "晓玲"), ("Wei", "伟")],
)
_VIETNAMESE = (["Trần", "Lê", "Phạm", "Hoàng"], ["Minh Anh", "Văn Đức", "Thị Hương", "Quốc Bảo"])
_LATIN = (
    [
        "Sofia",
        "Mateo",
        "Élodie",
        "João",
        "Aïcha",
        "Kwame",
        "Ingrid",
        "Pablo",
        "Chloé",
        "Abena",
        "Luis",
        "Marta",
        "Kofi",
        "Adèle",
        "Tiago",
        "Helena",
        "Ousmane",
        "Clara",
        "Diego",
        "Amadou",
    ],
    [
        "Fernandes",
        "García",
        "Dubois",
        "Mensah",
        "Traoré",
        "Almeida",
        "Lefèvre",
        "Ndiaye",
        "Castro",
        "Boateng",
        "Moreau",
        "Silva",
        "Keita",
        "Navarro",
        "Petit",
        "Ferreira",
    ],
)


def names(random):
    """People without end, from all parts of the country: name, own writing, its language."""
    while True:
        which = random.randrange(10)
        if which < 3:
            (first, native_first), (last, native_last) = (random.choice(part) for part in _ARABIC)
            yield f"{first} {last}", f"{native_first} {native_last}", "ar"
        elif which == 3:
            (first, native_first), (last, native_last) = (random.choice(part) for part in _CYRILLIC)
            yield f"{first} {last}", f"{native_first} {native_last}", "uk"
        elif which == 4:
            name = " ".join(random.choice(part) for part in _VIETNAMESE)
            yield name, name, "vi"
        elif which == 5:
            (last, native_last), (first, native_first) = (random.choice(part) for part in _CHINESE)
            yield f"{last} {first}", f"{native_last}{native_first}", "zh"
        else:
            yield " ".join(random.choice(part) for part in _LATIN), "", ""


def sorted_as(name):
    """Surname first; names of one word, and those that begin with the surname, stay."""
    bare = name.removeprefix("Dr ")
    first, _space, last = bare.rpartition(" ")
    family_first = bare.split(" ")[0] in {*_VIETNAMESE[0], "Nguyễn", "Wang", "Li", "Chen", "Zhao", "Press"}
    return bare if family_first or not first else f"{last}, {first}"


def ministry_places():
    """Where people work in the government: each ministry and agency, and their units."""
    places = [entry[0] for entry in MINISTRIES] * 4
    return places + [f"{key}-{number}" for key, listed in UNITS.items() for number in range(1, len(listed) + 1)] * 2


FOCAL_DOMAINS = {
    "labour": ["1.2", "1.6", "2.8", "1.1"],
    "health": ["1.4", "1.1"],
    "finance": ["2.2", "2.5", "2.7"],
    "education": ["1.3", "3.3.3"],
    "agriculture": ["2.4.1", "3.1"],
    "economy": ["2.3", "2.6"],
    "interior": ["1.1", "1.8"],
    "environment": ["3.1", "2.4.2"],
    "justice": ["1.8"],
    "transport": ["2.4.4"],
    "bank": ["2.2", "2.6", "2.7"],
    "employment": ["1.2"],
    "security": ["1.6"],
    "customs": ["2.6"],
    "water": ["3.1"],
}
FOCAL_POINTS = {
    ("labour", "1.2"): "Amina Haddad",
    ("labour", "1.6"): "Yusuf Al-Khatib",
    ("labour", "2.8"): "Lucía Osei",
    ("health", "1.4"): "Dr Leïla Benkirane",
    ("education", "1.3"): "Nguyễn Thị Lan",
    ("agriculture", "2.4.1"): "Fatou Diop",
    ("bank", "2.2"): "Samuel Okoro",
    ("finance", "2.2"): "Leonor Prado",
    ("economy", "2.3"): "Rashid Karimov",
    ("employment", "1.2"): "María Fernanda Ibáñez",
    ("security", "1.6"): "Jean-Baptiste Ouédraogo",
}
# The gaps of the story.
NO_FOCAL_POINT = {("health", "1.1"), ("interior", "1.8"), ("environment", "2.4.2"), ("agriculture", "3.1")}
NO_EXPERT = {("labour", "1.1"), ("agriculture", "2.4.1"), ("agriculture", "3.1"), ("transport", "2.4.4")}
EXPERT_FOR = {
    "1.2": "carmen",
    "2.8": "carmen",
    "1.1": "carmen",
    "1.6": "joana",
    "1.4": "joana",
    "1.3": "joana",
    "1.8": "joana",
    "3.3.3": "joana",
}


def domains_of(place, number):
    """The statistical domains of somebody who works there."""
    if place in FOCAL_DOMAINS:
        listed = FOCAL_DOMAINS[place]
        return [listed[number % len(listed)]]
    return ["1.2", "2.7", "2.2", "1.1", "2.3", "2.4.1", "3.1"][number % 7 : number % 7 + 1]


# Code, title, kind, domain, periodicity, unit, items.
PRODUCTS = [
    (
        "LFS",
        "Labour Force Survey: quarterly results",
        "PUBLICATION",
        "1.2",
        "Q",
        "nso-labour",
        ["Unemployment rate", "Employment by occupation", "Informal employment rate", "Hours worked"],
    ),
    ("LFS-MICRO", "Labour Force Survey: microdata", "MICRODATA_FILE", "1.2", "A", "nso-labour", ["Public use file"]),
    ("WAGES", "Structure of earnings", "DATABASE_TABLE", "2.8", "A", "nso-labour", ["Mean wage", "Gender pay gap"]),
    (
        "CPI",
        "Consumer Price Index",
        "PRESS_RELEASE",
        "2.7",
        "M",
        "nso-prices",
        ["All items", "Food", "Weights", "By region"],
    ),
    (
        "GDP",
        "Quarterly national accounts",
        "PRESS_RELEASE",
        "2.2",
        "Q",
        "nso-prices",
        ["Gross domestic product", "Household consumption", "Investment"],
    ),
    ("TRADE", "External trade in goods", "DATABASE_TABLE", "2.6", "M", "nso-prices", ["Exports", "Imports"]),
    ("BR", "Business register", "REGISTER_EXTRACT", "2.3", "CONTINUOUS", "nso-prices", ["Legal units", "Local units"]),
    ("HBS", "Household budget survey", "PUBLICATION", "1.5", "ADHOC", "nso-social", ["Expenditure by quintile"]),
    (
        "CENSUS",
        "Population and housing census",
        "DATABASE_TABLE",
        "1.1",
        "ADHOC",
        "nso-social",
        ["Population by commune", "Dwellings"],
    ),
    ("VITAL", "Births, deaths and marriages", "PUBLICATION", "1.1", "A", "nso-social", ["Births", "Deaths"]),
    ("HEALTH", "Health accounts", "PUBLICATION", "1.4", "A", "nso-social", ["Current health expenditure"]),
    ("EDU", "Education in figures", "DASHBOARD", "1.3", "A", "nso-social", ["Pupils", "Completion rate"]),
    ("AGRI", "Agricultural production", "DATABASE_TABLE", "2.4.1", "A", "nso-prices", ["Harvest", "Livestock"]),
    ("SDG", "Indicators of sustainable development", "INDICATOR_SET", "3.3.6", "A", "nso-social", ["Goal 8", "Goal 4"]),
]

# Short name, name, domains, owner, members, status.
GROUPS = [
    ("labour", "User group: labour statistics", ("1.2", "1.6"), "carmen", 34, "ACTIVE"),
    ("prices", "User group: prices", ("2.7",), "peter", 26, "ACTIVE"),
    ("accounts", "User group: national accounts", ("2.2",), "peter", 22, "ACTIVE"),
    ("population", "User group: population and migration", ("1.1",), "carmen", 24, "ACTIVE"),
    ("health", "User group: health statistics", ("1.4",), "joana", 18, "ACTIVE"),
    ("education", "User group: education statistics", ("1.3",), "joana", 16, "ACTIVE"),
    ("business", "User group: business statistics", ("2.3", "2.6"), "peter", 20, "ACTIVE"),
    ("agriculture", "User group: agricultural statistics", ("2.4.1",), "peter", 12, "DORMANT"),
    ("environment", "User group: environment and climate", ("3.1",), "joana", 10, "PROPOSED"),
]
GROUP_MEMBERS = {
    "labour": (
        "Amina Haddad",
        "Chiara Bellini",
        "Daniel Mwangi",
        "Hélène Marchetti",
        "Ingrid Søndergaard",
        "Jean-Baptiste Ouédraogo",
        "María Fernanda Ibáñez",
        "Press desk",
        "Rashid Karimov",
    ),
    "prices": ("Tomás Quiroga", "Kateryna Melnyk", "Samuel Okoro"),
    "health": ("Dr Leïla Benkirane",),
    "education": ("Nguyễn Thị Lan",),
    "agriculture": ("Fatou Diop",),
}

# Short name, name, kind, domains, quorum, seats (organisation, principal, alternate; "*" is somebody of theirs).
COMMITTEES = [
    (
        "labour",
        "Advisory committee on labour statistics",
        "INTERAGENCY_COMMITTEE",
        ("1.2",),
        55,
        [
            ("labour", "Yusuf Al-Khatib", "Amina Haddad"),
            ("finance", "Leonor Prado", "Idris Bello"),
            ("education", "Nguyễn Thị Lan", None),
            ("economy", "Rashid Karimov", "Paula Nunes"),
            ("bank", "Samuel Okoro", "Ana Lindqvist"),
            ("employment", "María Fernanda Ibáñez", None),
            ("security", None, "Jean-Baptiste Ouédraogo"),
            ("unions", "Chiara Bellini", "Marc Delgado"),
            ("employers", "Hélène Marchetti", None),
            ("health", None, None),
            ("university", "Ingrid Søndergaard", "Peter Achebe"),
        ],
    ),
    (
        "council",
        "National Statistical Council",
        "STATISTICAL_ADVISORY_COUNCIL",
        ("1.1", "2.2"),
        50,
        [
            ("finance", "Leonor Prado", None),
            ("labour", "Yusuf Al-Khatib", None),
            ("bank", "Samuel Okoro", None),
            ("health", "Dr Leïla Benkirane", None),
            ("parliament", "*", None),
            ("unions", "Chiara Bellini", None),
            ("employers", "Hélène Marchetti", None),
            ("university", "Ingrid Søndergaard", None),
        ],
    ),
    (
        "prices",
        "Producer–user committee on prices",
        "JOINT_LIAISON_GROUP",
        ("2.7",),
        50,
        [
            ("bank", "Samuel Okoro", "Ana Lindqvist"),
            ("finance", "Leonor Prado", None),
            ("chamber", "Tomás Quiroga", None),
            ("wfp", "Kateryna Melnyk", None),
            ("consumers", "*", None),
        ],
    ),
    (
        "registers",
        "Technical committee on registers",
        "TECHNICAL_COMMITTEE",
        ("2.3", "1.1"),
        60,
        [
            ("interior", "*", None),
            ("security", "Jean-Baptiste Ouédraogo", None),
            ("customs", "*", None),
            ("health", None, None),
        ],
    ),
    (
        "agriculture",
        "Committee on food and agriculture statistics",
        "SECTORAL_STATISTICAL_COMMITTEE",
        ("2.4.1",),
        50,
        [
            ("agriculture", "Fatou Diop", None),
            ("fao", "*", None),
            ("farmers", "*", None),
            ("wfp", "Kateryna Melnyk", None),
        ],
    ),
]
