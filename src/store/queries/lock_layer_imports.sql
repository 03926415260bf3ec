-- Waits for its turn: imports into one layer follow one another. $1: layer id.
select pg_advisory_xact_lock(hashtextextended('rimay import ' || $1, 0)) as "locked: ()"
