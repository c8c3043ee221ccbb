import pytest

from villages.requests import client_address, counted_address

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


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("::ffff:10.0.0.7", "::ffff:a00:7"),
        ("10.0.0.7", "10.0.0.7"),
    ],
)
def test_a_telephones_addresses_are_counted_as_one(rf, address, counted):
    """Of IPv6 whoever has one has 2^64 of them."""
    assert counted_address(rf.get("/", REMOTE_ADDR=address)) == counted
