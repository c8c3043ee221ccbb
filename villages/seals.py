"""The names of offices as their seals and letterheads have them, by the names of their
places: 白关镇人民政府, 白关镇白关村村民委员会.
"""

from villages.models import Town, Village

GOVERNED = ("镇", "乡", "县", "区", "市", "旗")
SUBDISTRICT = "街道"
VILLAGE = "村"
COMMUNITY = "社区"
OF_RESIDENTS = ("居民委员会", "居委会")


def seal_of_county(town: Town) -> str:
    """Return the government of the town's county."""
    return _government(town.county_name)


def seal_of_town(town: Town) -> str:
    """Return the town's government; of a 街道 its office."""
    if town.name.endswith(SUBDISTRICT):
        return f"{town.name}办事处"
    return _government(town.name)


def seal_of(town: Town, village: Village | None) -> str:
    """Return the committee of a village or of residents of the town, behind its name;
    the town's government where there is no village.
    """
    if village is None:
        return seal_of_town(town)
    return f"{town.name}{_committee(village, town)}"


def _government(place: str) -> str:
    return f"{place}人民政府" if place.endswith(GOVERNED) else place


def _committee(village: Village, town: Town) -> str:
    """Return the committee's name; what is of neither kind has its official one."""
    official = village.official_name.removeprefix(town.name)
    for ending in OF_RESIDENTS:
        if official.endswith(ending):
            return f"{official.removesuffix(ending)}居民委员会"

    if village.name.endswith(COMMUNITY):
        return f"{village.name}居民委员会"
    if village.name.endswith(VILLAGE):
        return f"{village.name}村民委员会"
    return official or village.name
