-- Wakes whoever listens. $1: channel.
select pg_notify($1, '') as "done: ()"
