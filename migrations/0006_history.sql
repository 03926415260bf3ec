-- Nothing is lost: what a feature was stays, with the day from which it was so and the time from which we knew it.

-- A transaction may say which day, time and import its writes belong to; each write alone is of today and now.
-- Written as expressions, so that they are worked into the statements that use them.
create function rimay.said(setting text) returns text language sql stable
  return nullif(current_setting('rimay.' || setting, true), '');
comment on function rimay.said is 'What this transaction says of its writes: valid_from, recorded_at, import_id, written_by or restoring; null when it says nothing.';

create function rimay.recording_time() returns timestamptz language sql volatile
  return coalesce(rimay.said('recorded_at')::timestamptz, clock_timestamp());
comment on function rimay.recording_time is 'From when on we know what is being written.';

create function rimay.validity_date() returns date language sql stable
  return coalesce(rimay.said('valid_from')::date, (now() at time zone 'America/Lima')::date);
comment on function rimay.validity_date is 'From which day on what is being written is so in the world.';

create function rimay.writer() returns text language sql stable
  return coalesce(rimay.said('written_by'), 'database user ' || session_user);
comment on function rimay.writer is 'Who writes.';

-- Features from before count as known since now: that is when their history begins.
alter table rimay.feature
  add column valid_from date,
  add column recorded_at timestamptz not null default now(),
  add column written_by text not null default 'not recorded';
alter table rimay.feature
  alter column valid_from set default rimay.validity_date(),
  alter column recorded_at set default rimay.recording_time(),
  alter column written_by set default rimay.writer();
comment on column rimay.feature.valid_from is 'Day from which this version is so in the world; null when it always was, as far as is known.';
comment on column rimay.feature.recorded_at is 'When this version became known here.';
comment on column rimay.feature.written_by is 'Who wrote this version: an import, an editor over HTTP, or a user of the database.';

create or replace function rimay.count_version() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  new.version := old.version + 1;
  -- What is restored was so since the day it bears.
  if rimay.said('restoring') is null then
    new.valid_from := rimay.validity_date();
  end if;
  -- Clocks that are set back do not turn the order of versions round.
  new.recorded_at := greatest(rimay.recording_time(), old.recorded_at);
  new.written_by := rimay.writer();
  return new;
end $$;
comment on function rimay.count_version is 'Row trigger: the next version of a feature that changes, and since when it is so.';

create table rimay.feature_version (
  seq bigint generated always as identity primary key,
  layer text not null references rimay.layer,
  id bigint not null,
  version bigint not null,
  source text not null,
  key text not null,
  import_id bigint references rimay.import,
  removed boolean not null default false,
  properties jsonb,
  source_record jsonb,
  geom geometry(Geometry, 4326),
  edited_at timestamptz,
  valid_from date,
  recorded_at timestamptz not null,
  written_by text not null,
  check (removed or properties is not null)
);
create index on rimay.feature_version (layer, id, version);
create index on rimay.feature_version (layer, recorded_at);
create index on rimay.feature_version (layer, source, key) where removed;
comment on table rimay.feature_version is
  'Versions of features that were followed by another one, and removals. The newest version of a feature that there is stands in rimay.feature only. Rows are added, never changed.';
comment on column rimay.feature_version.removed is 'The feature was removed: from valid_from on it is no more.';
comment on column rimay.feature_version.import_id is 'Import that wrote the version, or that removed the feature; null where a person or a rollback did.';

create function rimay.keep_replaced() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  insert into rimay.feature_version
    (layer, id, version, source, key, import_id, properties, source_record, geom, edited_at, valid_from, recorded_at, written_by)
  select o.layer, o.id, o.version, o.source, o.key, o.import_id, o.properties, o.source_record, o.geom, o.edited_at, o.valid_from, o.recorded_at, o.written_by
  from replaced o
  where not exists (select from written n where n.layer = o.layer and n.id = o.id and n.version = o.version);
  return null;
end $$;
comment on function rimay.keep_replaced is 'Statement trigger: keeps versions that an update replaced.';

create function rimay.keep_removed() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  insert into rimay.feature_version
    (layer, id, version, source, key, import_id, properties, source_record, geom, edited_at, valid_from, recorded_at, written_by)
  select layer, id, version, source, key, import_id, properties, source_record, geom, edited_at, valid_from, recorded_at, written_by
  from replaced;
  insert into rimay.feature_version (layer, id, version, source, key, import_id, removed, valid_from, recorded_at, written_by)
  select layer, id, version + 1, source, key, rimay.said('import_id')::bigint, true,
    case when rimay.said('restoring') is null then rimay.validity_date() else valid_from end, greatest(rimay.recording_time(), recorded_at), rimay.writer()
  from replaced;
  return null;
end $$;
comment on function rimay.keep_removed is 'Statement trigger: keeps features that a delete removed, and that they were removed.';

create function rimay.keep_truncated() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  execute format($query$
    insert into rimay.feature_version
      (layer, id, version, source, key, import_id, properties, source_record, geom, edited_at, valid_from, recorded_at, written_by)
    select layer, id, version, source, key, import_id, properties, source_record, geom, edited_at, valid_from, recorded_at, written_by
    from %1$s
  $query$, tg_relid::regclass);
  execute format($query$
    insert into rimay.feature_version (layer, id, version, source, key, import_id, removed, valid_from, recorded_at, written_by)
    select layer, id, version + 1, source, key, rimay.said('import_id')::bigint, true, rimay.validity_date(),
      greatest(rimay.recording_time(), recorded_at), rimay.writer()
    from %1$s
  $query$, tg_relid::regclass);
  return null;
end $$;
comment on function rimay.keep_truncated is 'Statement trigger on a partition: keeps what a truncate removes.';

create function rimay.refuse_rewriting() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  raise exception 'history is not rewritten: versions of features are added, never changed or removed'
    using errcode = 'feature_not_supported';
end $$;
comment on function rimay.refuse_rewriting is 'Statement trigger: history grows only.';
create trigger refuse_rewriting before update or delete or truncate on rimay.feature_version
  for each statement execute function rimay.refuse_rewriting();

create procedure rimay.keep_versions(watched regclass) language plpgsql as $$
begin
  execute format('create trigger keep_replaced after update on %s referencing old table as replaced new table as written for each statement execute function rimay.keep_replaced()', watched);
  execute format('create trigger keep_removed after delete on %s referencing old table as replaced for each statement execute function rimay.keep_removed()', watched);
  if (select relispartition from pg_class where oid = watched) then
    execute format('create trigger keep_truncated before truncate on %s for each statement execute function rimay.keep_truncated()', watched);
  end if;
end $$;
comment on procedure rimay.keep_versions is 'Puts the triggers that keep history on the feature table or one of its partitions.';

do $$
declare
  watched regclass;
begin
  for watched in select 'rimay.feature'::regclass union all select inhrelid::regclass from pg_inherits where inhparent = 'rimay.feature'::regclass loop
    call rimay.keep_versions(watched);
  end loop;
end $$;

create or replace procedure rimay.watch_changes(watched regclass) language plpgsql as $$
begin
  execute format('create trigger note_insert after insert on %s referencing new table as touched for each statement execute function rimay.note_change()', watched);
  execute format('create trigger note_update_old after update on %s referencing old table as touched for each statement execute function rimay.note_change()', watched);
  execute format('create trigger note_update_new after update on %s referencing new table as touched for each statement execute function rimay.note_change()', watched);
  execute format('create trigger note_delete after delete on %s referencing old table as touched for each statement execute function rimay.note_change()', watched);
  call rimay.keep_versions(watched);
end $$;

-- Each import is a vintage of its source.
alter table rimay.import
  alter column received_at set default rimay.recording_time(),
  add column valid_on date,
  add column received_by text not null default 'not recorded',
  add column rolled_back_at timestamptz;
comment on column rimay.import.valid_on is 'Day the data is of, as whoever delivered it says; null when nobody said.';
comment on column rimay.import.received_by is 'Who took it in.';
comment on column rimay.import.rolled_back_at is 'When the vintage was taken back; what it did was then undone by new versions.';
