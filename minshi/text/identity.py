"""What numbers of identity cards look like, read as digits alone."""

import re

# Of 18 digits the 7th to 14th are a birthday (GB 11643); the check digit is not asked
# about, since a mistyped number gives somebody away as well.
IDENTITY_NUMBER = re.compile(
    r"(?=[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dx])"
)
IDENTITY_LENGTH = 18
# Those given out until 1999 have two digits of the year and no check digit (GB
# 11643-1989): known by their province and birthday, where they stand alone.
OLD_IDENTITY_NUMBER = re.compile(
    r"(?=(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])\d{4}"
    r"\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3})"
)
OLD_IDENTITY_LENGTH = 15
