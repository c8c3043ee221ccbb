"""Parts of what was typed in a field that give its speaker away by themselves: the name
in 「儿子王守田」, group and door in 「白关村2组15号」.
"""

import re
from collections.abc import Callable, Iterator

from minshi.text.doors import UNIT, door_after_units, doors_of_lanes
from minshi.text.ends import LOCAL_PHONE
from minshi.text.finding import numbers_in
from minshi.text.folding import HAN, MIDDLE_DOT, MIDDLE_DOTS, STOPS, any_of, visible
from minshi.text.letters import Letters, in_simplified, with_digits
from minshi.text.ordinary import ORDINARY
from minshi.text.surnames import SURNAMES
from villages.naming import COMPOUND_SURNAME

SHORTEST_PART = 2  # one character alone stands in other words
LONGEST_NAME = 4  # with a surname of two characters
USUAL_NAME = 3
LONGEST_PIECE = 40  # characters of a name with what is said beside it

# --- names
BRACKETED = re.compile(
    r"[（(\[［【〔<＜《](?P<within>[^）)\]］】〕>＞》]*)[）)\]］】〕>＞》]?"
)
# 李建军·王芳兰; 阿依古丽·买买提 is one name
BETWEEN_PARTS = any_of(MIDDLE_DOTS + STOPS)
NAMES_ALONE = re.compile(rf"[{HAN}]+(?:{BETWEEN_PARTS}[{HAN}]+)*")
SET_WIDE = re.compile(rf"(?<![{HAN}])[{HAN}](?:\s+[{HAN}])+(?![{HAN}])")
AND = re.compile("[和跟与同及代替]")
# what parts names wherever it stands
OF = re.compile("的|并代表|以及|代表")
KIN = (
    "儿子|女儿|丈夫|妻子|老公|老婆|老伴|母亲|父亲|妈妈|爸爸|妈|爸|哥哥|姐姐|弟弟|妹妹|哥|姐"
    "|弟|妹|侄子|侄女|侄|女婿|儿媳妇|儿媳|媳妇儿|媳妇|孙子|孙女|外甥女|外甥|爷爷|奶奶|邻居"
    "|本人|家属|代"
)
FURTHER_KIN = (
    "夫妇|夫妻俩?|两口子|父子|父女|母子|母女|兄弟|姐妹|兄妹|姐弟|婆媳|爱人|对象|配偶"
    "|舅舅|舅妈|舅父|舅母|叔叔|叔父|婶婶|婶子|婶娘|伯伯|伯父|伯母|大伯|大爷|大妈|大娘|大叔"
    "|大婶|大哥|大嫂|大姐|嫂子|嫂嫂|姑姑|姑父|姑妈|姑母|姨妈|姨父|姨母|姨姨|小姨|小舅子"
    "|小姑子|岳母|岳父|丈母娘|丈人|公公|婆婆|外公|外婆|姥姥|姥爷|爹爹|老爹|他爹|孙媳妇|孙媳"
    "|孙女婿|侄媳妇|侄媳|姐夫|妹夫|弟媳妇|弟媳|弟妹|堂哥|堂弟|堂兄|堂姐|堂妹|表哥|表弟|表兄"
    "|表姐|表妹|表叔|连襟|亲戚|亲家|之子|之女|之妻|之父|之母|之夫|遗孀|监护人|户主|家长|家人"
    "|全家|一家|家里"
)
CALLED = (
    "村医|医生|大夫|教师|老师|队长|组长|社长|村长|主任|书记|支书|会计|文书|干部|网格员|护林员"
    "|保洁员|村民|居民|群众|社员|党员|同志|先生|女士|师傅|老板|老汉|老人|老乡|贫困户|低保户"
    "|五保户|代表|当事人|反映人|报告人|投诉人|申请人|联系人|委托人|代理人|代办人|姓名|名叫"
)
BORN_AS = "[大二三四五六七八九小老长次幺亲]"
# 其妻 of 张长生及其妻仇霞; of 其妻子 more than that is said
THEIRS = "其[妻夫子女父母兄弟姐妹孙侄](?!子)"
BESIDE = rf"(?:{THEIRS}|[其他她]|{BORN_AS}?(?:{KIN}|{FURTHER_KIN})|{CALLED})"
BESIDE_BEFORE = re.compile(rf"(?:{BESIDE})+")
LONG_KIN = "|".join(word for word in KIN.split("|") if len(word) > 1)
OTHERS = "等?[一二两三四五六七八九十百几多数]+[个名位]?[人户口家]|等[人户]?"
BESIDE_AFTER = re.compile(
    rf"(?:{LONG_KIN}|{FURTHER_KIN}|{CALLED}|{OTHERS}|[家代人户])+$"
)
# 李建军妹, but not 李春妹
KIN_AFTER_NAME = re.compile(
    rf"(?<=[{HAN}]{{2}})(?<!{BORN_AS})[哥嫂叔婶伯爷爹娘舅姑姨侄妈爸]$"
    rf"|(?<=[{HAN}]{{3}})[姐弟妹]$"
)
# 小名狗蛋, 微信zsf123: of no surname, and theirs as it stands
ALSO_CALLED = re.compile(
    r"(?:小名|乳名|外号|绰号|诨号|人称|昵称|网名|微信[名号]?)(?:叫[做作]?|[是为:：\s])*"
    rf"(?P<name>(?:(?!电话|手机|微信|[的等])[{HAN}]){{2,6}}|[A-Za-z_][A-Za-z0-9_-]+)"
)
# 李建国: nothing is said of it, so all of the field is the name
WORDS_BESIDE = f"{AND.pattern}{OF.pattern}{BESIDE}{KIN_AFTER_NAME.pattern}{OTHERS}"
CHARACTER_BESIDE = any_of("".join(sorted(set(re.findall(f"[{HAN}]", WORDS_BESIDE)))))
PLAIN_NAME = re.compile(
    rf"(?!{CHARACTER_BESIDE}){any_of(''.join(sorted(SURNAMES)))}"
    rf"(?:(?!{CHARACTER_BESIDE})[{HAN}]){{1,{USUAL_NAME - 1}}}"
)
# what somebody is said to do, and how: 李建军卖豆腐的, 李建常来的
SAID_OF = re.compile(
    "[卖买开养种修做当打拉送住在说来去到从给把被因要借欠告找管看教放赶租包收杀补理干是有没喂捡搬"
    "跑跟和与同的专常天正也都就又还已曾刚才只不自外上下前后]|承包|反映|负责|退休"
)
# of places, not of people: 白关村, 陈家湾
OF_PLACE = re.compile("[村组社队镇乡县区庄湾沟坪岭店寨屯堡号户]")
GROUP_OF_PLACE = re.compile("(?:[村组社队户]|单元)$")

# --- addresses
NUMBER = "[0-9０-９一二三四五六七八九十廿卅卌百〇零]+"
DOOR = re.compile(
    rf"(?:{NUMBER}{UNIT}\s*)+"
    rf"[^，,。;；\n]{{0,12}}?{NUMBER}(?:[-－—]{NUMBER})*(?:[号户室]|$)"
)

# whose house it is: …15号王守田家
OWNER_OF_HOUSE = re.compile(rf"[号户室组社队]([{HAN}]{{2,6}})")


def name_parts(typed: str) -> list[str]:
    """Return the names that stand in a name field, without what is said beside them.

    Parted at whatever is no Chinese character, at 的 and 代, in front of 等三人 and
    behind 儿子 and the like. In brackets, and where a piece is too long for one name,
    what begins with a surname. What they are said to be called besides (小名狗蛋). A
    name that is all of the field is not repeated.
    """
    plain = in_simplified(visible(typed))
    if not plain or PLAIN_NAME.fullmatch(plain):
        return []

    found = dict[str, None]()
    without_called = ALSO_CALLED.sub(" ", plain)
    for piece in _pieces(BRACKETED.sub(" ", without_called)):
        found |= dict.fromkeys(_names_in(piece))
    for bracketed in BRACKETED.finditer(without_called):
        for piece in _pieces(bracketed["within"]):
            found |= dict.fromkeys(filter(is_plainly_name, _names_in(piece)))

    found |= dict.fromkeys(called["name"] for called in ALSO_CALLED.finditer(plain))

    whole = Letters(plain).plain
    names = [name for name in found if _may_be_name(name)]
    return [name for name in names if Letters(name).plain != whole]


def phone_parts(typed: str) -> list[str]:
    """Return the telephones that were typed into a field of something else.

    Most fields have no digits, and the tables of telephones are slow to ask.
    """
    if len(typed) < LOCAL_PHONE:
        return []
    digits = sum(map(str.isdecimal, with_digits(typed)))
    if digits < LOCAL_PHONE:
        return []
    return [typed[start:end] for start, end in numbers_in(typed).phones]


def address_parts(typed: str) -> list[str]:
    """Return group and door of an address, which a village has once, lane and door, and
    whose house it is said to be.

    Neither the village alone nor the group: half the village lives there.
    """
    if not typed:
        return []

    parts = dict.fromkeys(doors_in(typed))
    plain = in_simplified(visible(typed))
    pieces = [within["within"] for within in BRACKETED.finditer(plain)]
    pieces += OWNER_OF_HOUSE.findall(plain)
    for text in pieces:
        for piece in _pieces(text):
            parts |= dict.fromkeys(filter(is_plainly_name, _names_in(piece)))
    return list(parts)


def doors_in(typed: str) -> list[str]:
    """Return the doors of an address that has more in it: 2组15号 of 白关村2组15号."""
    doors = dict[str, None]()
    for door in DOOR.finditer(typed):
        doors[door[0]] = None
        doors[door_after_units(door[0])] = None
    doors |= dict.fromkeys(doors_of_lanes(typed))
    for nothing_new in ("", typed.strip()):
        doors.pop(nothing_new, None)
    return list(doors)


def _pieces(text: str) -> Iterator[str]:
    """Yield what stands between signs, blanks and digits, and names set wide."""
    for wide in SET_WIDE.findall(text):
        yield "".join(wide.split())

    for piece in NAMES_ALONE.findall(text):
        parts = re.split(BETWEEN_PARTS, piece)
        if len(parts) > 1 and all(map(is_plainly_name, map(without_beside, parts))):
            yield from parts
        else:
            yield piece


def _names_in(piece: str) -> Iterator[str]:
    """Yield what may be a name in a piece of a field, without what is said beside it.

    What was cut from other words begins with a surname, or has the length of a name.
    """
    for part in OF.split(piece):
        for name in parted_by(AND, part, is_name=_may_stand_beside):
            plain = without_beside(name)
            is_cut = plain != piece
            if is_plainly_name(plain) or not is_cut or len(plain) == USUAL_NAME:
                yield plain
            if not MIDDLE_DOT.search(plain):
                yield from _named_within(plain)


def parted_by(
    between: re.Pattern[str], text: str, *, is_name: Callable[[str], bool]
) -> list[str]:
    """Return the names around each 和, or whatever else is `between`: where that parts
    the text into names alone, at the first places where it does; else the text.

    In whatever characters it is written; the names stay as they are.
    """
    places = [found.span() for found in between.finditer(in_simplified(text))]
    names_from = dict[int, list[str]]()  # of each rest that is names alone
    begins = [0, *(end for _start, end in places)]
    for begin in reversed(begins):
        if is_name(text[begin:]):
            names_from[begin] = [text[begin:]]
        for start, end in places:
            name = text[begin:start]
            if len(name) > LONGEST_PIECE:
                break
            if end in names_from and is_name(name):
                names_from[begin] = [name, *names_from[end]]
                break
    return names_from.get(0, [text])


def _may_stand_beside(name: str) -> bool:
    """Of 李和平 neither part is a name, for one has two characters."""
    return len(name) >= SHORTEST_PART


def without_beside(name: str) -> str:
    """Return a name without 儿子 before it and 等三人 behind it, if any is left.

    In whatever characters it is written; what is left stays as it is.
    """
    behind = BESIDE_BEFORE.match(in_simplified(name))
    if behind and behind.end() != len(name):
        name = name[behind.end() :]
    for beside in (BESIDE_AFTER, KIN_AFTER_NAME):
        found = beside.search(in_simplified(name))
        if found and found.start() >= SHORTEST_PART:
            name = name[: found.start()]
    return name


def _named_within(piece: str) -> Iterator[str]:
    """Yield the names in a piece that says more than a name: 组李建军, 李建军卖菜的.

    Those that begin with a surname, cut at the next surname; where that is too far,
    the first two and three characters, or the one of them that what follows tells.
    """
    starts = _surnames_in(piece)
    longest = LONGEST_NAME if COMPOUND_SURNAME.match(piece) else USUAL_NAME
    if 0 in starts and len(piece) <= longest:
        return

    for start, after in zip(starts, [*starts[1:], len(piece)], strict=False):
        surname = COMPOUND_SURNAME.match(piece, start)
        longest = LONGEST_NAME if surname else USUAL_NAME
        lengths = [after - start, min(len(piece) - start, longest)]
        if after - start > longest:
            lengths = _lengths_told(piece, start, longest)
        for length in lengths:
            name = piece[start : start + length]
            is_place = OF_PLACE.match(piece, start + length)
            if not is_place and is_plainly_name(name):
                yield name


def _lengths_told(piece: str, start: int, longest: int) -> list[int]:
    """Return how many characters a name may have within a longer piece.

    Of 李建军卖豆腐的 three, for 卖 begins what is said of somebody and 军 does not; two
    of 李建卖菜的. Where both or neither do it may be either.
    """
    lengths = [longest, longest - 1]
    told = [each for each in lengths if SAID_OF.match(piece, start + each)]
    return told if len(told) == 1 else lengths


def _surnames_in(piece: str) -> list[int]:
    """Return where surnames stand in a piece; of 欧阳 once."""
    starts = []
    for place, character in enumerate(piece):
        if COMPOUND_SURNAME.match(piece, place):
            starts.append(place)
            continue
        is_inside = place and COMPOUND_SURNAME.match(piece, place - 1)
        if character in SURNAMES and not is_inside:
            starts.append(place)
    return starts


def is_plainly_name(name: str) -> bool:
    """Return True for a surname and one or two characters, which are no other word, in
    whatever characters it is written: 馬建民 as 马建民.
    """
    if not SHORTEST_PART <= len(name) <= LONGEST_NAME:
        return False
    plain = in_simplified(name)
    if plain[:2] in ORDINARY or OF_PLACE.search(plain) or not _may_be_name(plain):
        return False
    return begins_with_surname(plain)


def begins_with_surname(name: str) -> bool:
    """Return True for a name with a surname, in whatever characters it is written."""
    plain = in_simplified(name)
    return plain[0] in SURNAMES or bool(COMPOUND_SURNAME.match(plain))


def _may_be_name(name: str) -> bool:
    if len(name) < SHORTEST_PART or BESIDE_BEFORE.fullmatch(name):
        return False
    return not GROUP_OF_PLACE.search(name)
