"""Lists that a town has already, brought in without typing: households, people and
posts, seats, rosters.

`reading` opens files as they come, `heads` and `mapping` find what their columns are,
`checking` looks at each row, `entering` puts the rows in and `taking_back` takes them
out again; `kinds` holds a class for each kind of list, `running` works through a run in
batches, and `starting` is what people do: upload, confirm, enter, take back.
"""
