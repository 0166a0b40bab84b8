/// Prompts of many languages, and more than 200 queries for them.
enum SearchSamples {
    static let prompts = [
        "A red dress on a wooden chair, soft light, 85mm", "Red dunes at sunset, cinematic, 4K",
        "sunrise over the harbor", "sunflowers in a vase, oil painting", "The sun sets behind the mountains",
        "portrait of a woman in a blue hat", "naïve café façade, Paris, rainy evening",
        "crème brûlée on a marble table", "El niño y la montaña nevada", "São Paulo à noite, néon e chuva",
        "Straße bei Nacht, große Häuser", "Ein Fußgänger im Schnee, über der Brücke", "Smørrebrød på et bord",
        "Łódź w deszczu, ulica Piotrkowska", "İstanbul'da ışıklı bir gece, Boğaz köprüsü",
        "Kırmızı elbise, ılık ışık", "Příliš žluťoučký kůň", "Việt Nam, phở và áo dài đỏ",
        "Ὁ Ὀδυσσεὺς ἐν τῇ θαλάσσῃ", "Κόκκινο φόρεμα στη θάλασσα", "ΣΊΣΥΦΟΣ στο βουνό", "Красное платье на стуле",
        "Ёлка и снег в Москве", "Чайка над морем", "Київ, її вулиці та їжа", "فُسْتَان أَحْمَر عَلَى كُرْسِيّ",
        "غروب الشمس في الصحراء", "مـــدينة قديمة", "می‌خواهم یک گل سرخ", "שָׁלוֹם עוֹלָם", "שקיעה אדומה בים",
        "लाल कपड़े में एक लड़की", "हिमालय में सूर्योदय", "ஒரு சிவப்பு பூ", "赤いドレスを着た女性", "富士山と桜、夕焼け", "ガラスの花瓶にひまわり",
        "猫が窓辺で眠っている", "ｱﾆﾒ風の少女", "東京タワーの夜景", "穿红裙子的女人坐在木椅上", "长城日落，电影感", "一只猫在窗边睡觉", "上海夜景 4K", "龍與鳳凰",
        "빨간 드레스를 입은 여자", "고양이가 창가에서 자고 있다", "한강의 일몰", "ผู้หญิงในชุดแดง", "พระอาทิตย์ตกที่ทะเล", "🐱 cat with 🎩 hat",
        "❤️ love ❤️", "👩‍🚀 on the moon", "photo_of_a_cat.png, v1.2-beta", "C++ code on a screen; 100% real",
        "don't look up", "rock'n'roll l'été dernier", "NEAR the sea AND far OR away",
        "a*b \"quoted\" ^start :colon (paren)", "x^2 + y^2 = z^2", "10:30 at 3.5 km", "ﬁne ﬂowers", "①②③ steps",
        "ＡＢＣ　ｆｕｌｌ　ｗｉｄｔｈ", "H₂O and E=mc²", "Donaudampfschifffahrtsgesellschaftskapitän", "",
        "the quick brown fox jumps over the lazy dog", "SELECT * FROM assets; DROP TABLE jobs; --",
        "100 cats, 1000 dogs",
    ]

    static let queries = latin + otherScripts + dense + signs

    private static let latin = [
        "red", "RED", "Red dress", "dress red", "re", "r", "redd", "sun", "sunset", "sunse", "sunr", "sunflower",
        "suns", "the sun", "sun the", "set", "unset", "harbor", "harbour", "café", "cafe", "CAFÉ", "cafe\u{301}",
        "facade", "façade", "naive", "naïve", "creme brulee", "Crème Brûlée", "nino", "niño", "montana", "MONTAÑA",
        "sao paulo", "São", "neon", "a noite", "strasse", "straße", "STRASSE", "STRAẞE", "stras", "fuss", "fuß",
        "haeuser", "hauser", "häuser", "uber", "über", "brucke", "smorrebrod", "smørrebrød", "lodz", "łódź", "ŁÓDŹ",
        "istanbul", "İSTANBUL", "ıstanbul", "isik", "ışık", "IŞIK", "kirmizi", "kırmızı", "KIRMIZI", "ilik",
        "bogaz", "zlutoucky", "kůň", "kun", "viet", "việt", "do", "đỏ", "ao dai", "pho", "donau",
        "donaudampfschifffahrtsgesellschaftskapitän", "donaudampfschifffahrtsgesellschaftskapitan and", "fox lazy",
        "lazy fox quick", "fox cat", "4k", "4", "85mm", "85", "100", "1000", "10", "fine", "ﬁne", "flow", "abc",
        "ＡＢＣ", "full width", "123", "①", "h2o", "mc2", "z2", "don't", "dont", "don t", "l'été", "ete",
        "rock n roll", "rocknroll",
    ]

    private static let otherScripts = [
        "θαλασσα", "θάλασσα", "ΘΆΛΑΣΣΑ", "θαλασσ", "οδυσσευς", "ὈΔΥΣΣΕΎΣ", "σισυφος", "ΣΙΣΥΦΟΣ", "φορεμα", "платье",
        "ПЛАТЬЕ", "красн", "елка", "ёлка", "ЁЛКА", "чаика", "чайка", "київ", "киів", "їжа", "أحمر", "احمر", "فستان",
        "فُسْتَان", "الشمس", "شمس", "مدينة", "مـدينة", "می‌خواهم", "میخواهم", "שלום", "שָׁלוֹם", "אדומה", "लाल",
        "लाल लड़की", "सूर्य", "सूर्योदय", "लड़की", "पूर्व", "சிவப்பு", "சிவ",
    ]

    private static let dense = [
        "赤", "赤い", "赤いド", "ドレス", "ドレスを着", "ﾄﾞﾚｽ", "トレス", "夕焼け", "猫", "猫が", "猫が窓", "ひまわり", "ヒマワリ", "アニメ", "花瓶", "夜景",
        "東京 夜景", "红", "红裙", "红裙子", "裙子的女人", "日落", "窗边", "猫 4k", "4k 夜", "龍", "龙", "고양이", "양이", "고양", "고", "고양이를",
        "드레스", "레스", "한강", "일몰", "여자", "แดง", "ทะเล", "พระอาทิตย์",
    ]

    private static let signs = [
        "🐱", "🎩", "❤️", "love ❤️", "", " ", "\"", "*", "red*", "*red", "\"red\"", "\"red dress\"", "red:", ":red",
        "^red", "-red", "red -dress", "red OR cat", "red AND dress", "NOT red", "NEAR(red dress)", "near", "OR",
        "(red", "red)", "red'", "'; DROP", "red & dress", "red | dress", "!red", "red:*", "red <-> dress", "\\red",
        "%", "_", "cat.png", "v1.2", "v1", "photo_of", "100%", "c++", "a*b", "words: red", "{red}", "red\tdress\n",
    ]
}
