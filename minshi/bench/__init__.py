"""The cost of a request at two sizes of the same town, in a database made for it and
thrown away.
"""
