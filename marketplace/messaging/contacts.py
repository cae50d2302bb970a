"""Ways to reach somebody outside: mail, telephone, handles, other sites. Built in, because no list of words holds them.

All of it looks at `plain` text. A number is a telephone by its form or by the word before it; the numbers of parcels,
orders and articles are longer, glued to letters, or have their own word before them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

ENDINGS = "com|net|org|ru|su|рф|cn|br|pt|by|kz|ua|uk|eu|de|top|xyz|shop|store|online|site|club|vip|info|biz|io|cc|link|live|pro"
_DOT_WORD = r"(?:\(dot\)|\[dot\]|\bdot\b|\bточка\b|\bponto\b)"
_AT_WORD = r"(?:\(at\)|\[at\]|\{at\}|\(a\)|\bсобака\b|\barroba\b)"
MAIL = re.compile(
    r"(?<![\w.+\-])[\w.+\-]{1,64}+ ?@ ?[\w\-]{1,63}+(?: ?\. ?[\w\-]{2,24}+)+"
    rf"|(?<![\w.+\-])[\w.+\-]{{2,64}}+\s{{0,2}}{_AT_WORD}\s{{0,2}}[\w\-]{{2,63}}+\s{{0,2}}(?:\.|{_DOT_WORD})\s{{0,2}}(?:{ENDINGS})\b"
    rf"|(?<![\w.+\-])[\w.+\-]{{2,64}}+ at [\w\-]{{2,63}}+\s{{0,2}}{_DOT_WORD}\s{{0,2}}(?:{ENDINGS})\b"
)
SITE = re.compile(
    rf"(?:https?://|www\.)(?P<named>[\w\-]{{1,63}}(?:\.[\w\-]{{1,63}})*)"
    rf"|(?<![\w.@\-])(?P<bare>(?:[a-z0-9а-я][a-z0-9а-я\-]{{0,62}}\.){{1,4}}(?:{ENDINGS}))(?![\w@\-])"
    rf"|(?<![\w.])(?P<short>(?:t|wa|vk|m|fb)\.(?:me|com|cc))/"
    rf"|(?<![\w\-])(?P<spelled>[a-z0-9\-]{{3,63}}+\s{{0,2}}(?:\(dot\)|\[dot\]|\bdot\b)\s{{0,2}}(?:com|net|org|ru|br|cn))\b"
)
HANDLE = re.compile(r"(?<![\w.@/])@[a-z_][a-z0-9_.]{3,31}\b")
QQ = re.compile(r"\bqq\W{0,3}号?\W{0,3}\d{5,11}\b")

# -- telephones ----------------------------------------------------------------------------------------------------

_NUMBER = re.compile(
    r"(?<![\w+#№])(?<!\w[\-/])(?<!\d[.,:])[+(]{0,2}\d(?:[ \t().\-]{0,3}\d){6,15}(?![\w\-]*[a-z])(?!\d)"
)
_DATE = re.compile(r"(?:19|20)\d\d[-./ ]\d\d?[-./ ]\d\d?(?!\d)|\d\d?[-./]\d\d?[-./](?:19|20)\d\d(?!\d)")
_SPELLED_DIGITS = re.compile(r"[零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]{7,}")
_CHINESE_DIGITS = str.maketrans(
    "零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "00123456789" + "1" + "123456789"
)
_LETTER_AS_DIGIT = re.compile(r"(?<=\d)[oо]+(?=\d)|(?<=\d)[lі|]+(?=\d)")
#: the forms in which people write their numbers, by country
FORMS = tuple(
    re.compile(form)
    for form in (
        r"\(?[2-9]\d{2}\)?[ .\-]{1,2}\d{3}[ .\-]\d{4}",  # North America
        r"[78][ .\-]?\(?[3489]\d{2}\)?[ .\-]?\d{3}[ .\-]?\d{2}[ .\-]?\d{2}",  # Russia
        r"\(?9\d{2}\)?[ \-]\d{3}[ \-]\d{2}[ \-]?\d{2}",  # Russia, without its first digit
        r"1[3-9]\d[ \-]?\d{4}[ \-]?\d{4}",  # China
        r"(?:\(\d{2}\) ?|\d{2}[ \-])9?\d{4}[ \-]?\d{4}",  # Brazil
        r"9\d{4}-\d{4}",  # Brazil, the same town
        r"9[1236]\d[ \-]\d{3}[ \-]\d{3}",  # Portugal
    )
)
#: words before a number that make it a telephone, and words that make it something else; the nearest one holds
CALLS = re.compile(
    r"\b(?:phone|tel|telephone|mobile|cell|call|sms|text me|whats\w*|viber|телефон\w*|тел|звони\w*|позвони\w*|вотсап\w*"
    r"|ватсап\w*|вайбер\w*|для связи|telefone|celular|ligue|liga|zap|wpp|contato)\b|电话|手机|拨打|致电|微信|联系"
)
COUNTS = re.compile(
    r"\b(?:track\w*|order|parcel|shipment|package|invoice|article|item|model|serial|imei|sku|isbn|ean|barcode|ref\w*|case"
    r"|claim|box|usps|dhl|ups|fedex|трек\w*|отправлени\w*|посылк\w*|заказ\w*|накладн\w*|артикул\w*|модел\w*|серийн\w*"
    r"|штрих\w*|счет\w*|чек\w*|инн|pedido|rastre\w*|codigo|encomenda|nota|modelo|serie|objeto|boleto|cpf|cnpj|protocolo)\b"
    r"|订单|单号|运单|快递|物流|型号|编号|货号|条码|序列"
)
#: how far a word may stand before its number
NEAR = 40


def phone_in(text: str) -> bool:
    """Is there a telephone number in the plain text?"""
    text = _SPELLED_DIGITS.sub(lambda found: found[0].translate(_CHINESE_DIGITS), text)
    text = _LETTER_AS_DIGIT.sub(lambda found: ("0" if found[0][0] in "oо" else "1") * len(found[0]), text)
    return any(_is_phone(found, text) for found in _NUMBER.finditer(text))


def _is_phone(found: re.Match[str], text: str) -> bool:
    written = found[0].strip()
    digits = sum(char.isdigit() for char in written)
    if _DATE.match(written.lstrip("(")):
        return False
    if "+" in written:
        return digits >= 10
    before = text[max(0, found.start() - NEAR) : found.start()]
    calls, counts = _last(CALLS, before), _last(COUNTS, before)
    if calls > counts:
        return True
    if counts >= 0 or COUNTS.match(text[found.end() : found.end() + NEAR].lstrip(" ,(是isthe")):
        return False
    return any(form.fullmatch(written) for form in FORMS)


def _last(words: re.Pattern[str], text: str) -> int:
    """Where the last of these words stands; -1: nowhere."""
    return max((found.start() for found in words.finditer(text)), default=-1)


# -- all of them ---------------------------------------------------------------------------------------------------


def site_in(text: str, allowed: Iterable[str]) -> bool:
    """Is there a link to a site that is neither ours nor one of the allowed ones?"""
    hosts = tuple(allowed)
    for found in SITE.finditer(text):
        host = found[found.lastgroup or 0].rstrip(".").removeprefix("www.")
        if not any(host == each or host.endswith(f".{each}") for each in hosts):
            return True
    return False


def contacts_in(text: str, allowed_sites: Iterable[str]) -> str:
    """What the plain text holds of it, by a name that staff read; empty: nothing. Never the address itself (A8)."""
    checks: tuple[tuple[str, Callable[[], object]], ...] = (
        ("e-mail address", lambda: MAIL.search(text)),
        ("link to another site", lambda: site_in(text, allowed_sites)),
        ("name in a messenger", lambda: HANDLE.search(text) or QQ.search(text)),
        ("telephone number", lambda: phone_in(text)),
    )
    return next((name for name, holds in checks if holds()), "")
