"""The seals of log-ins: one that SQL put in, or gave to somebody else, has none that
fits. That a log-in is gone lets nobody in and is no finding, so the seal stands in the
row itself.
"""

from minshi.crypto import moment_in_seal, sealed
from villages.models import OpenLogin


def seal_of_login(login: OpenLogin) -> str:
    """Return the keyed seal over whose log-in it is, since when, and by which session
    or token; of a token with its digest, its account and its end.
    """
    covered = [login.user_id, moment_in_seal(login.began_at), login.session_id]
    token = login.token
    if token:
        expiry = moment_in_seal(token.expiry) if token.expiry else ""
        covered += [token.digest, token.token_key, token.user_id]
        covered += [moment_in_seal(token.created), expiry]
    return sealed(covered, "log-in")
