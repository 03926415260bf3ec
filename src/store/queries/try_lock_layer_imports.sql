-- Whether it is its turn at once: imports into one layer follow one another. $1: layer id.
select pg_try_advisory_xact_lock(hashtextextended('rimay import ' || $1, 0)) as "locked!"
