"""What a message asks for or says that its reader should be warned of (N-07): in any of the languages, whatever the
writer's own. It warns and tells moderators; it never holds a message back.

Terms are rows that staff edit (`ScreeningTerm`); this module turns them into something quick. How a term is written is
told in data/en.toml.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from .contacts import contacts_in
from .plain import HAN, plain, readings

OUTSIDE_PAYMENT, EARLY_CONFIRM, CONTACT_DETAILS = "outside_payment", "early_confirm", "contact_details"
INSULT, THREAT = "insult", "threat"
#: no finding but its opposite: sites that may be named, such as those of carriers
ALLOWED_SITE = "allowed_site"
CATEGORIES = (THREAT, INSULT, OUTSIDE_PAYMENT, EARLY_CONFIRM, CONTACT_DETAILS)

#: so much of a text is looked at; a message is shorter, even where one character stands for several
LONGEST = 4_000
#: the most words, or Chinese characters, that "…" stands for
GAP_WORDS, GAP_CHARACTERS = 4, 8
_END = r".!?;。！？；\n"
_BETWEEN = r"[^\w\n]{1,3}"
_GAP = rf"(?:[^\w{_END}]{{1,3}}\w+){{0,{GAP_WORDS}}}?[^\w{_END}]{{1,3}}"
_HAN_BETWEEN = rf"[^\w{_END}]{{0,2}}"
_HAN_GAP = rf"[^{_END}]{{0,{GAP_CHARACTERS}}}?"
_IS_HAN = re.compile(rf"[{HAN}]")
_SENTENCE_ENDS = re.compile(rf"[{_END}]+")
#: where a term may begin: at a word (plain text keeps Chinese apart from the rest), and at every Chinese character
_STARTS = re.compile(rf"[{HAN}][{HAN}]?|(?<!\w)\w+")
#: how many characters of a word with any ending stand for it in the index
STEM = 4
FIRST_HAN = "\u3400"
#: for so many words the process remembers which terms they may begin
MET_WORDS = 20_000

#: words that turn what follows into its opposite: "I will not cancel the dispute"
_NEGATED = re.compile(
    r"(?:(?<!why )(?<!бы )(?<!que )\b(?:not|dont|doesnt|didnt|wont|cannot|cant|wouldnt|never|refuse to|не(?! мог\w* бы| мож\w* ли| хот\w* ли)|нельзя|nao|nunca|nem"
    r"|jamais))(?:[^\w.,!?;:\n]+\w+){0,3}[^\w.,!?;:\n]*$"
    rf"|(?:(?<![能可要是好行])(?:不(?![如妨])|没|別|别|勿|未|拒绝))[{HAN}]{{0,3}}$"
)
_CAN_BE_NEGATED = frozenset({OUTSIDE_PAYMENT, EARLY_CONFIRM, CONTACT_DETAILS})
#: "I was an idiot to wait": said of oneself
_OF_ONESELF = re.compile(
    r"\b(?:i am|im|i was|i feel|me feel|я|eu sou|eu fui|fui|me sinto)(?:[^\w.!?;\n]+\w+){0,2}[^\w.!?;\n]*$"
)
_LOOK_BACK = 40


@dataclass(frozen=True)
class Finding:
    """One category that a text falls into, the term by which it was found, and the words of the text, evened out."""

    category: str
    term: str
    words: str = ""


class _Term:
    """One term; its pattern is made when a text first holds its beginning."""

    def __init__(self, category: str, written: str) -> None:
        self.category, self.written = category, written
        self.starts, self._text = _read(written)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(self._text)


@dataclass
class Screen:
    """All the terms, ready to look at texts. Made once a process and kept until staff edit the terms."""

    allowed_sites: tuple[str, ...] = ()
    by_start: dict[str, list[_Term]] = field(default_factory=dict)
    _met: dict[str, list[_Term]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, terms: Iterable[tuple[str, str]], *, own_sites: Iterable[str] = ()) -> Screen:
        """From (category, term) pairs. Raises ValueError for a term that says nothing."""
        sites, by_start = list(own_sites), defaultdict(list)
        for category, written in terms:
            if category == ALLOWED_SITE:
                sites.append(written.strip().casefold())
                continue
            term = _Term(category, written)
            for start in term.starts:
                by_start[start].append(term)
        return cls(tuple(sites), dict(by_start))

    def findings(self, text: str) -> list[Finding]:
        """What this text is to be warned of: one finding a category, the gravest first."""
        found: dict[str, Finding] = {}
        evened = plain(text[:LONGEST])[:LONGEST]
        if name := contacts_in(evened, self.allowed_sites):
            found[CONTACT_DETAILS] = Finding(CONTACT_DETAILS, name)
        self._look(evened, found)
        return [found[category] for category in CATEGORIES if category in found]

    def hits(self, text: str) -> list[Finding]:
        """One finding a category, of whatever categories the terms have. Contacts are not looked for."""
        found: dict[str, Finding] = {}
        self._look(plain(text[:LONGEST])[:LONGEST], found)
        return list(found.values())

    def _look(self, evened: str, found: dict[str, Finding]) -> None:
        known: set[str] = set()
        for reading in readings(evened):
            # the first reading whole; of a further one only the sentences that read otherwise
            sentences = set(_SENTENCE_ENDS.split(reading)) - known
            for part in sentences if known else (reading,):
                self._read(part, found)
            known |= sentences

    def _read(self, text: str, found: dict[str, Finding]) -> None:
        at = 0
        while start := _STARTS.search(text, at):
            word, at = start[0], start.start()
            for term in self._begun_by(word):
                if term.category in found or not (match := term.pattern.match(text, at)):
                    continue
                if _is_meant(term, text, at):
                    found[term.category] = Finding(term.category, term.written, match[0])
            at += 1 if word[0] >= FIRST_HAN else len(word)

    def _begun_by(self, word: str) -> list[_Term]:
        """The terms that may begin with this word, or with these two Chinese characters."""
        known = self._met.get(word)
        if known is None:
            known = [term for key in _keys(word) for term in self.by_start.get(key, ())]
            if len(self._met) < MET_WORDS:
                self._met[word] = known
        return known


def _keys(word: str) -> set[str]:
    """Under which names a term that begins with this word may stand: the word, and its beginnings."""
    if _IS_HAN.match(word):
        return {word, word[0]}
    return {word} | {f"{word[:length]}*" for length in range(1, min(len(word), STEM) + 1)}


def _is_meant(term: _Term, text: str, at: int) -> bool:
    """Not the opposite, and not said of oneself."""
    before = text[max(0, at - _LOOK_BACK) : at]
    if term.category in _CAN_BE_NEGATED:
        return _NEGATED.search(before) is None
    return term.category != INSULT or _OF_ONESELF.search(before) is None


# -- how a term is read --------------------------------------------------------------------------------------------


def _read(written: str) -> tuple[frozenset[str], str]:
    """(how a match begins, the expression of the whole) of a term. Raises ValueError where it does not make sense."""
    places = [None if word == "…" else _alternatives(word) for word in written.split()]
    if not places or places[0] is None or places[-1] is None or [] in places:
        raise ValueError("A term begins and ends with a word.")
    chinese = bool(_IS_HAN.search(written))
    between, gap = (_HAN_BETWEEN, _HAN_GAP) if chinese else (_BETWEEN, _GAP)
    text, joint = "", ""
    for words in places:
        if words is None:
            joint = gap
        else:
            text += joint + _one_of(words)
            joint = between
    return frozenset(_start(word) for word in places[0]), text


def check_term(written: str) -> None:
    """Raises ValueError unless this can be looked for, and is more than a letter."""
    starts, text = _read(written)
    if len(written.split()) == 1 and any(
        len(start.strip("*")) < 2 and not _IS_HAN.match(start) for start in starts
    ):
        raise ValueError("A single letter is found everywhere.")
    re.compile(text)


def _alternatives(place: str) -> list[str]:
    """The words that one place of a term may hold, as plain text."""
    words = (
        (plain(part.removesuffix("*")).replace("_", " ").strip(), part.endswith("*"))
        for part in place.split("|")
    )
    return [word + "*" * any_ending for word, any_ending in words if word]


def _one_of(words: list[str]) -> str:
    """Longest first, so that no shorter one hides it."""
    return f"(?:{'|'.join(_expression(word) for word in sorted(words, key=len, reverse=True))})"


def _expression(word: str) -> str:
    stem, any_ending = word.removesuffix("*"), word.endswith("*")
    if _IS_HAN.search(stem):
        return r"[^\w\n]{0,2}".join(re.escape(part) for part in stem.split())
    if not re.search(r"\w", stem):
        return re.escape(stem)
    inside = r"[\W_]{1,2}".join(re.escape(part) for part in re.split(r"[\s\-]+", stem))
    return rf"(?<!\w){inside}" + (r"\w*" if any_ending else "") + r"(?!\w)"


def _start(word: str) -> str:
    """The name under which a term is found (see `_keys`)."""
    stem, any_ending = word.removesuffix("*"), word.endswith("*")
    first = re.split(r"[\W_]+", stem)[0] or stem
    if _IS_HAN.match(first):
        return first[:2] if len(first) > 1 else first
    return f"{first[:STEM]}*" if any_ending and first == stem else first
