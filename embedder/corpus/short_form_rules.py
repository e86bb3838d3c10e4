"""The rules of short-form text, as data: what people do to titles of music videos (P32)."""

import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

MAX_WORDS = 40
"""A title, or a tag, with more words is a list of search terms."""

MAX_CHARACTERS = 500
"""One with more characters is one too, and is not read: some patterns take quadratic time."""

SEARCH_TERMS = "search terms"
"""Name of the rule that refuses both."""


@dataclass(frozen=True, slots=True)
class Rewriting:
    """A rule that takes something out of a text."""

    name: str
    rewrite: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Dropping:
    """A rule that refuses a text."""

    name: str
    refuses: Callable[[str], bool]


def _replacing(pattern: str, by: str = " ") -> Callable[[str], str]:
    """Return what replaces each match of a verbose pattern, capitals or not."""
    compiled = re.compile(pattern, re.IGNORECASE | re.VERBOSE)
    return lambda text: compiled.sub(by, text)


def _matching(pattern: str) -> Callable[[str], bool]:
    """Return what says whether all of a text matches a verbose pattern, capitals or not."""
    compiled = re.compile(pattern, re.IGNORECASE | re.VERBOSE)
    return lambda text: compiled.fullmatch(text) is not None


def _bracketed(content: str) -> str:
    return rf"[(\[{{【「]\s*(?:{content})\s*[)\]}}】」]"


def _words(alternatives: str) -> str:
    """Return a pattern of one or more words of a list, whatever marks stand between them."""
    return rf"(?:(?:{alternatives})\b\W*)+"


# The words of the rules.

FILE_WORDS = r"""
    official | lyrics? | lyrical | video | clip | videoclip | audio | visuali[sz]er | hd | hq | uhd
    | fhd | mv | m/v | [48]k | \d{3,4}p | \d{2}\s?fps | explicit | premiere | download
    | re-?upload(?:ed)? | sub(?:titles|s)?
"""
"""Words that speak of the file wherever they stand."""

FILE_COMPANIONS = r"""
    original | music | song | full | new | out | now | exclusive | with | and | in | on | screen
    | version | best | high | quality | free | clean | cc | eng | (?:19|20)\d\d
"""
"""Words that speak of the file beside one of those: "(New Version)" alone may be a title."""

NETWORK_WORDS = r"""
    shorts? | fyp | foryou(?:page)? | viral | trending | explore(?:page)? | reels? | tiktok
    | youtube\w* | ytshorts
"""
"""Words by which a platform is to show a video to more people."""

REISSUE = r"""
    (?:\d{4}\s+)? (?:digital(?:ly)?\s+)?
    (?: re-?master(?:ed)? | re-?issue | anniversary\s+edition
      | (?:deluxe|expanded|special|bonus)\s+(?:edition|version|track) )
    (?:\s+(?:version|edition))? (?:\s+\d{4})?
"""
"""What a record company writes after a title when it sells a recording again."""

BAIT = r"""
    must\s+(?:watch|listen|see|hear) | you\s+won'?t\s+believe(?:\s+(?:this|it|what))?
    | (?:watch|listen)\s+(?:till|until|to)\s+the\s+end | gone\s+wrong | gone\s+viral | viral\s+video
    | not\s+clickbait | (?:please\s+|like\s+and\s+|don'?t\s+forget\s+to\s+)*subscribe(?:\s+now)?
    | click\s+here | links?\s+in\s+(?:the\s+|my\s+)?(?:bio|description)
    | free\s+(?:download|dl) | [\d.,]+\s*(?:k|m|million)?\s+views
"""
"""What is there to be clicked on."""

COMPANY = r"channel | records | recordings | music\s+group | entertainment"
"""How the name ends that stands after the last bar of a title."""

CATALOGUES_OF_WORKS = "BWV|BuxWV|KV|RV|HWV|TWV|WWV|SWV|TR|TB|BPM|OP|NO|HOB"
"""Numbers of works and of drum machines speak of the music, unlike those of releases."""

CATALOGUE_NUMBER = re.compile(
    _bracketed(rf"(?!(?:{CATALOGUES_OF_WORKS})\b)[A-Z]{{2,8}}[ -]?\d{{2,6}}(?:CD|LP|EP|D)?")
)
"""Of a release, in brackets; in capitals, for "(take 22)" is none."""

CLOCK = r"\d{1,2}:\d\d(?::\d\d)?"

FEATURED = r"(?:ft|feat|featuring)\b"

PLACEHOLDER = r"""
    (?: untitled | unknown(?:\s(?:artist|track))? | track | audio | video | test
      | (?:new\s)?recording | file | no\stitle | (?:img|vid|dsc|mov|pxl|gopr|dji)[\s\-]*\d+ )
    [\s\-\d().]*
"""
"""What a machine calls a file that nobody named."""

PLATFORM_WORDS = rf"""
    {FILE_WORDS} | {FILE_COMPANIONS} | {NETWORK_WORDS} | subscribe | views? | likes? | share
    | channel | artist | album | single | ep | the | of | my
"""
"""Words of which a text must have others to say anything."""

FILE_ENDING = re.compile(
    r"\.(?:mp[34]|m4a|wav|flac|ogg|opus|avi|mov|mkv|wma|aiff?|jpe?g|png)$", re.IGNORECASE
)

MUSICAL = frozenset("♭♮")
"""Symbols that are part of a name: "E♭"; the sharp sign counts as mathematics."""

SYMBOLS = frozenset({"So", "Sk", "Cs", "Co", "Cn", "Cf", "Cc"})
"""Unicode categories of emoji, ornaments and what cannot be seen."""

JOINERS = str.maketrans("", "", "\u200b\u200c\u200d\ufeff\ufe0e\ufe0f")
"""Characters without width: they part no words."""

LOOSE = ' -–—|:~*_=+.,/\\;•·<>"“”«»`´^'
"""What is left at the ends of a title from which something was taken."""


# What takes more than a pattern.


def _without_symbols(text: str) -> str:
    return "".join(
        " " if unicodedata.category(c) in SYMBOLS and c not in MUSICAL else c
        for c in text.translate(JOINERS)
    )


def _without_file_name(text: str) -> str:
    return FILE_ENDING.sub("", text.strip()).replace("_", " ")


def _without_catalogue_number(text: str) -> str:
    return CATALOGUE_NUMBER.sub(" ", text)


def _without_shouting(text: str) -> str:
    """Return the text in small letters if two or more words are all capitals: "ABBA" stays."""
    words = [word for word in re.findall(r"[^\W\d_]+", text) if len(word) > 1]
    return text.lower() if len(words) > 1 and text.isupper() else text


def _trimmed(text: str) -> str:
    return " ".join(text.split()).strip(LOOSE)


def _lacks_words(text: str) -> bool:
    """Return whether there is no letter, or only one, and that of the Latin alphabet."""
    letters = [character for character in text if character.isalpha()]
    return len(letters) < 2 and all(character.isascii() for character in letters)


def _is_identifier(text: str) -> bool:
    """Return whether a text is one long word in which letters and digits alternate."""
    turns = re.findall(r"[^\W\d_]\d|\d[^\W\d_]", text)
    return len(text) >= 8 and " " not in text and len(turns) >= 2


def _is_long(text: str) -> bool:
    return len(text.split()) > MAX_WORDS or len(text) > MAX_CHARACTERS


REWRITING = (
    Rewriting("html", html.unescape),
    Rewriting("fancy letters", lambda text: unicodedata.normalize("NFKC", text)),
    Rewriting(
        "link",
        _replacing(
            r"\b(?:https?|ftp)://\S+ | \bwww\.\S+ | \S+@\S+\.\w+ | \b(?:youtu\.be|bit\.ly)/\S*"
            r" | \b[\w-]+\.(?:com|net|org|fm|tv)\b(?:/\S*)?"
        ),
    ),
    Rewriting("handle", _replacing(r"(?<!\w)@[\w.]+")),
    Rewriting("hashtag of a platform", _replacing(rf"\#(?:{NETWORK_WORDS})\b")),
    Rewriting("hashtag", _replacing(r"\#(?=[^\W\d_])", by="")),
    Rewriting("symbols", _without_symbols),
    Rewriting("file name", _without_file_name),
    Rewriting(
        "brackets about the file",
        _replacing(
            _bracketed(
                rf"(?=[^)\]}}】」]*\b(?:{FILE_WORDS})\b)"
                + _words(f"{FILE_WORDS}|{FILE_COMPANIONS}")
            )
        ),
    ),
    Rewriting(
        "claim about the file",
        _replacing(
            r"""
            [-–—|:~,]?\s*\bofficial\s+(?:(?:hd|4k|music|lyrics?)\s+)*
                (?:video|audio|clip|visuali[sz]er|version|mv)\b
            | [-–—|:~,]?\s*\b(?:music|lyrics?)\s+video\b
            | [-–—|:~,]?\s*\b(?:with\s+|full\s+)?lyrics?\s*$
            """
        ),
    ),
    Rewriting(
        "resolution", _replacing(r"\b(?:full\s+)?(?:u?hd|hq|[48]k|(?:\d{3,4})p|\d{2}\s?fps)\b")
    ),
    Rewriting("reissue", _replacing(rf"{_bracketed(REISSUE)} | \s[-–—|]\s*(?:{REISSUE})\s*$")),
    Rewriting("year", _replacing(_bracketed(r"(?:19|20)\d\d"))),
    Rewriting("catalogue number", _without_catalogue_number),
    Rewriting("length", _replacing(rf"{_bracketed(CLOCK)} | \b{CLOCK}\b")),
    Rewriting(
        "channel",
        _replacing(
            rf"""
            \s-\sTopic\s*$ | [-–—|]?\s*\b\w+VEVO\b | ^provided\s+to\s+youtube\s+by\b.*$
            | \|[^|]*\b(?:{COMPANY})\s*$
            """
        ),
    ),
    Rewriting("bait", _replacing(rf"\b(?:{BAIT})\b")),
    Rewriting(
        "featuring",
        _replacing(
            _bracketed(rf"{FEATURED}[^)\]}}】」]*") + rf" | \s{FEATURED}\.?\s(?!of\b)[^-–—|(\[]*"
        ),
    ),
    Rewriting(
        "track number", _replacing(r"^\s*(?:track\s*)?\d{1,3}\s*[.)\-–:]\s*(?=[^\W\d_])", by="")
    ),
    Rewriting("repeated marks", _replacing(r"([!?.,*~=+\-|])\1+", by=r"\1")),
    Rewriting("stretched letters", _replacing(r"([^\W\d_])\1{3,}", by=r"\1\1")),
    Rewriting("empty brackets", _replacing(r"[(\[{【「]\s*[)\]}】」]")),
    Rewriting("all capitals", _without_shouting),
    Rewriting("loose ends", _trimmed),
)
"""Rules that take something out, in the order they are applied."""

DROPPING = (
    Dropping("empty", lambda text: not text),
    Dropping("no words", _lacks_words),
    Dropping("identifier", _is_identifier),
    Dropping("placeholder", _matching(PLACEHOLDER)),
    Dropping("about the platform", _matching(rf"\W*{_words(PLATFORM_WORDS)}")),
    Dropping(SEARCH_TERMS, _is_long),
)
"""Rules that refuse what is left, in the order they are asked."""
