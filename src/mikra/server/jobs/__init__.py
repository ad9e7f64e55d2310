"""What runs without anybody asking: sealing, letters, status lists. State rows are the truth; steps can be redone.

`tasks` says what there is to do, `embedded` does it in one process, `scaled` in any number on PostgreSQL.
"""
