-- What this transaction sees of all others, to be compared with later.
select pg_current_snapshot()::text as "position!"
