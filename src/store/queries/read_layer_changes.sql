-- The changes of a layer that are visible now and were not at an earlier look: how many they are, whether they are too
-- many to tell features by, and the features that were touched. $1: layer id, $2: position of the earlier look.
select coalesce(sum(changes), 0)::bigint as "changes!", coalesce(bool_or(ids is null), false) as "untold!",
  array(
    select distinct unnest(c.ids) from rimay.layer_change c
    where c.layer = $1 and c.xid >= pg_snapshot_xmin($2::text::pg_snapshot)
      and not pg_visible_in_snapshot(c.xid, $2::text::pg_snapshot)
  ) as "ids!"
from rimay.layer_change
where layer = $1 and xid >= pg_snapshot_xmin($2::text::pg_snapshot)
  and not pg_visible_in_snapshot(xid, $2::text::pg_snapshot)
