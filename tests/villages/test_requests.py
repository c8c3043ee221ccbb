import pytest

from villages.requests import client_address

pytestmark = pytest.mark.any_database
CLIENT, PROXY, OUTER = "203.0.113.9", "172.18.0.5", "198.51.100.7"


@pytest.mark.parametrize(
    ("proxies", "written", "address"),
    [
        (0, "", PROXY),
        (0, CLIENT, PROXY),
        (1, CLIENT, CLIENT),
        (1, f"6.6.6.6, {CLIENT}", CLIENT),
        (2, f"6.6.6.6, {CLIENT}, {OUTER}", CLIENT),
        (2, CLIENT, CLIENT),
        (1, "", PROXY),
        (1, "unknown", None),
    ],
)
def test_only_what_our_own_proxies_wrote_is_believed(
    rf, settings, proxies, written, address
):
    settings.PROXY_COUNT = proxies
    headers = {"x-forwarded-for": written} if written else {}

    assert client_address(rf.get("/", REMOTE_ADDR=PROXY, headers=headers)) == address
