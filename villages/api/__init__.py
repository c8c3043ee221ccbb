"""The API of logging in, of the grid and of the roster; `user_of` serves every other
endpoint.
"""

from villages.api.login import user_of

__all__ = ["user_of"]
