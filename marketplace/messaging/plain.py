"""A message without its disguises: what it says to whoever reads it, in characters that lists can be compared with.

Width, capitals, accents, invisible characters, foreign digits and traditional Chinese are evened out always (`plain`).
Look-alike letters, digits for letters and letters set apart are undone in further readings (`readings`), because the
same characters may be meant as they stand: `A55` is a telephone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

#: written, but never seen: the "fillers" that Unicode counts as letters or symbols
UNSEEN = frozenset("\u115f\u1160\u3164\uffa0\u2800")
APOSTROPHES = frozenset("'’‘ʼ`´′")
#: traditional → simplified, for the characters that the Chinese terms use
SIMPLIFIED = dict(
    zip(
        "確認貨訴糾紛爭議關閉銷訟終結開帳戶號碼轉錢給內網臺線電話機聯繫絡繪發郵箱個聊請這種亂蠢豬腦殘賤婊混蛋滾媽殺斷殘"
        "門知道裡裏裡邊點擊撤處協補償賠價銀過過經離統係紅訂單變換為愛會後悔報復開曝佈傳寫寶貝簽檢單購買賣騙廢個們"
        "還來時間對說讓從無論誰訊飛條張麼麽車東齊實樣訴",
        "确认货诉纠纷争议关闭销讼终结开帐户号码转钱给内网台线电话机联系络绘发邮箱个聊请这种乱蠢猪脑残贱婊混蛋滚妈杀断残"
        "门知道里里里边点击撤处协补偿赔价银过过经离统系红订单变换为爱会后悔报复开曝布传写宝贝签检单购买卖骗废个们"
        "还来时间对说让从无论谁讯飞条张么么车东齐实样诉",
        strict=True,
    )
)
#: letters of other alphabets that look like Latin ones
AS_LATIN = dict(
    zip(
        "авекмнорстухіѕјԁɡӏһԛԝьгпиαβεικνορτυχωѵʟʀɪ",
        "abekmhopctyxisjdglhqwbrnuabeikvoptuxwvlri",
        strict=True,
    )
)
AS_CYRILLIC = dict(zip("abcehikmnoprtuxyds", "авсенікмпорртихудс", strict=True)) | {
    "i": "и", "b": "б", "p": "р", "n": "п", "u": "и", "y": "у", "h": "н", "g": "д", "z": "з", "l": "л", "v": "в", "f": "ф",
}  # fmt: skip
DIGITS_AS_LATIN = str.maketrans("0134578@$!|€", "oieastbasile")
DIGITS_AS_CYRILLIC = str.maketrans("034678@", "озчбтва")

#: so many words, and how they read undisguised, each process remembers
REMEMBERED = 20_000

HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_HAN_BORDER = re.compile(rf"(?<=[{HAN}])(?=[^\W{HAN}]|[@+])|(?<=[^\W{HAN}])(?=[{HAN}])")
_HAN_APART = re.compile(rf"(?<=[{HAN}])[ \t,.\-_*·|/]{{1,2}}(?=[{HAN}])")
_SET_APART = re.compile(rf"(?<!\w)(?:[^\W\d_{HAN}][ \t.\-_*·,/]{{1,2}}){{2,}}[^\W\d_{HAN}](?!\w)")
_NOT_LETTERS = re.compile(r"[\W_]+")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_DISGUISED = re.compile(r"[^\s.,;:?()\"«»“”]+")
_DIGIT_INSIDE = re.compile(
    r"(?:[0-9@$€]|(?<=\w)[!|](?=\w))++(?=[^\W\d_])|(?<=[^\W\d_])[@$€](?!\w)|(?<=[^\W\d_]{5})[0-9](?!\w)"
)
#: Cyrillic words that may stand for Latin ones; shorter ones, and ones with other letters, are Russian
_ALL_ALIKE = re.compile(r"[авекмнорстухіѕјԁӏһԛԝѵ]{4,}")
_CYRILLIC = re.compile(r"[а-яёіѕјԁӏһԛԝѵ]")
_LATIN = re.compile(r"[a-z]")


class _Evened(dict[int, str | None]):
    """Character → what it is compared as; worked out once for each character that is met."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        found: str | None = SIMPLIFIED.get(char, char)
        category = unicodedata.category(char)
        if char in UNSEEN or char in APOSTROPHES or category in ("Mn", "Me", "Cf"):
            found = None
        elif category == "Nd":
            found = str(unicodedata.digit(char))
        elif category == "Zs":
            found = " "
        self[code] = found
        return found


_evened = _Evened()


def plain(text: str) -> str:
    """The text in one width, small letters, without accents and what nobody sees; a space between Chinese and the rest."""
    apart = unicodedata.normalize("NFKD", text).translate(_evened).casefold()
    return _HAN_BORDER.sub(" ", unicodedata.normalize("NFKC", apart))


def readings(evened: str) -> Iterator[str]:
    """The plain text as it stands, then as it reads with the disguises of letters undone; each different one once."""
    text = _HAN_APART.sub("", evened.replace("_", " "))
    seen = {text}
    yield text
    joined = _SET_APART.sub(lambda run: _NOT_LETTERS.sub("", run[0]), text)
    joined = _STRETCHED.sub(r"\1", joined)
    latin = _DISGUISED.sub(lambda word: _as_latin(word[0]), joined)
    cyrillic = _DISGUISED.sub(lambda word: _as_cyrillic(word[0]), joined)
    for reading in (joined, latin, cyrillic):
        if reading not in seen:
            seen.add(reading)
            yield reading


@lru_cache(maxsize=REMEMBERED)
def _as_latin(word: str) -> str:
    """`c@ncel`, `раураl` → cancel, paypal. Cyrillic letters only where every one of them looks Latin."""
    if not _LATIN.search(word) and not _ALL_ALIKE.fullmatch(word):
        return word
    text = _DIGIT_INSIDE.sub(lambda found: found[0].translate(DIGITS_AS_LATIN), word)
    letters = "".join(AS_LATIN.get(char, char) for char in text)
    return text if _CYRILLIC.search(letters) else letters


@lru_cache(maxsize=REMEMBERED)
def _as_cyrillic(word: str) -> str:
    """`cпор`, `3акройте` → спор, закройте. Only words that hold a Cyrillic letter."""
    if not _CYRILLIC.search(word):
        return word
    text = _DIGIT_INSIDE.sub(lambda found: found[0].translate(DIGITS_AS_CYRILLIC), word)
    return "".join(AS_CYRILLIC.get(char, char) for char in text) if _LATIN.search(text) else text
