"""Made-up colleagues and customers, with names from both languages."""

from __future__ import annotations

from .chance import Chance

_GIVEN = [
    "Anna",
    "Ben",
    "Clara",
    "David",
    "Elena",
    "Felix",
    "Greta",
    "Hugo",
    "Ines",
    "Jonas",
    "Karin",
    "Leo",
    "Maria",
    "Nils",
    "Olga",
    "Paul",
    "Rosa",
    "Simon",
    "Tina",
    "Victor",
]
_FAMILY = [
    "Abel",
    "Becker",
    "Costa",
    "Dahl",
    "Ekman",
    "Fischer",
    "Garcia",
    "Hansen",
    "Ito",
    "Jensen",
    "Kovacs",
    "Lopez",
    "Moreau",
    "Nowak",
    "Olsen",
    "Park",
    "Quint",
    "Rossi",
    "Silva",
    "Tanaka",
    "Urban",
    "Varga",
    "Wagner",
    "Young",
    "Zimmer",
]
_FAMILY_ZH = [
    "赵",
    "钱",
    "孙",
    "李",
    "周",
    "吴",
    "郑",
    "王",
    "冯",
    "陈",
    "褚",
    "卫",
    "蒋",
    "沈",
    "韩",
    "杨",
    "朱",
    "秦",
    "许",
    "何",
    "吕",
    "张",
    "孔",
    "曹",
    "严",
    "华",
    "金",
    "魏",
    "陶",
    "姜",
]
_GIVEN_ZH = [
    "伟",
    "芳",
    "娜",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "军",
    "洋",
    "勇",
    "艳",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "秀兰",
    "霞",
    "平",
    "志强",
    "建华",
    "文博",
    "思远",
    "雨桐",
    "子涵",
    "欣怡",
    "浩然",
    "一诺",
    "嘉怡",
]
_PLACES = [
    "Nord",
    "Alpen",
    "Baltic",
    "Harbor",
    "River",
    "Granite",
    "Silver",
    "Meadow",
    "Orion",
    "Summit",
    "Cedar",
    "Delta",
]
_TRADES = [
    "Logistics",
    "Foods",
    "Tools",
    "Textiles",
    "Pharma",
    "Energy",
    "Prints",
    "Optics",
    "Motors",
    "Glass",
    "Paper",
    "Media",
]
_PLACES_ZH = [
    "东海",
    "云峰",
    "长江",
    "金桥",
    "明湖",
    "新城",
    "中原",
    "南山",
    "天府",
    "华北",
    "江南",
    "滨海",
]
_TRADES_ZH = [
    "物流",
    "食品",
    "机械",
    "纺织",
    "医药",
    "能源",
    "印刷",
    "光电",
    "汽配",
    "玻璃",
    "纸业",
    "传媒",
]


def person_name(chance: Chance, lang: str) -> str:
    """Return a person's name."""
    if lang.startswith("zh"):
        return chance.choice(_FAMILY_ZH) + chance.choice(_GIVEN_ZH)
    return f"{chance.choice(_GIVEN)} {chance.choice(_FAMILY)}"


def firm_name(number: int, lang: str) -> str:
    """Return the name of firm *number*; no two of a language are alike."""
    places, trades = (_PLACES_ZH, _TRADES_ZH) if lang.startswith("zh") else (_PLACES, _TRADES)
    rest, place = divmod(number, len(places))
    rest, trade = divmod(rest, len(trades))
    more = f" {rest + 1}" if rest else ""
    gap = "" if lang.startswith("zh") else " "
    return f"{places[place]}{gap}{trades[trade]}{more}"
