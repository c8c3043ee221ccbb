"""Lists that a town has already, brought in without typing: households, people and
posts, seats, rosters.

`reading` opens files as they come, `heads` and `mapping` find what their columns are;
`kinds` holds a class for each kind of list, `running` works through a run in batches
(reading, entering, taking back), and `starting` is what people do: upload, confirm,
enter, take back.
"""
