-- Optimistic locking: who writes a feature says which version they saw.

alter table rimay.feature add column version bigint not null default 1;
comment on column rimay.feature.version is 'Grows with every change of the feature, whoever makes it.';

create function rimay.count_version() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  new.version := old.version + 1;
  return new;
end $$;
comment on function rimay.count_version is 'Row trigger: the next version of a feature that changes.';

-- Stands on the parent and so on every partition.
create trigger count_version before update on rimay.feature
  for each row when (new.* is distinct from old.*) execute function rimay.count_version();
