"""The tracking page of a matter, and where its photos are, as whoever has the code opens
them.
"""

from django.urls import reverse


def page_of(client, case):
    address = reverse("cases:track", args=[case.number])
    return client.get(address, {"k": case.tracking_code}).content.decode()


def photo_address(case, file):
    return reverse("cases:track_photo", args=[case.number, file.uuid])
