"""Examples of logging in and of the grid: accounts and places of the demo."""

from drf_spectacular.utils import OpenApiExample

CREDENTIALS = {"username": "duty.baiguan", "password": "dianchi-huan-le-2026"}
ME = {
    "username": CREDENTIALS["username"],
    "name": "张长生",
    "posts": [
        {
            "id": 7,
            "role": "duty_officer",
            "place": "白关村",
            "from_on": "2026-01-01",
            "until_on": None,
            "may_sign": False,
        }
    ],
}
TOKEN = {
    "token": "4f0c2b9d7a6e51834f0c2b9d7a6e51834f0c2b9d7a6e51834f0c2b9d7a6e5183",
    "expiry": "2026-03-02T21:30:00+08:00",
    "user": ME,
}
FOUND = {
    "results": [
        {
            "id": 318,
            "name": "张长生",
            "village": "白关村",
            "group": 2,
            "door": 14,
            "tail": "0021",
        }
    ]
}

LOGGED_IN = [
    OpenApiExample("credentials", value=CREDENTIALS, request_only=True),
    OpenApiExample("token", value=TOKEN, response_only=True, status_codes=["200"]),
]
WHO = [OpenApiExample("me", value=ME, response_only=True)]
NEIGHBOURS = [OpenApiExample("neighbours", value=FOUND, response_only=True)]
