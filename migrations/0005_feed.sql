-- What changed, not only that something did: nodes bring their snapshots up to date by the features that were touched.

alter table rimay.layer_change
  -- Changes from before are of this migration's transaction: every node that comes after has seen them.
  add column xid xid8 not null default pg_current_xact_id(),
  add column ids bigint[];
create index on rimay.layer_change (layer, xid);
comment on column rimay.layer_change.xid is
  'Transaction that made the change. Whether somebody has seen it follows from the snapshot of their last look: no order of commits can hide it.';
comment on column rimay.layer_change.ids is 'Features that were touched; null when they are too many to tell, or all.';

create or replace function rimay.note_change() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  insert into rimay.layer_change (layer, ids)
  select layer, case when count(*) <= 10000 then array_agg(id) end from touched group by layer order by layer;
  return null;
end $$;

-- Nodes that look often know each change before its row is folded. The row that stands for others counts as theirs:
-- whoever has seen them all has seen it, and whoever has not finds that the revision does not add up.
create or replace function rimay.fold_changes() returns void language sql set search_path = pg_catalog as $$
  with gone as (
    delete from rimay.layer_change where changed_at < clock_timestamp() - interval '30 seconds'
    returning layer, changes, changed_at, xid
  )
  insert into rimay.layer_change (layer, changes, changed_at, xid)
  select layer, sum(changes), max(changed_at), (array_agg(xid order by xid desc))[1] from gone group by layer
$$;
comment on function rimay.fold_changes is 'Puts one row for each layer in the place of its older visible changes; revisions stay as they are.';
