-- The features of every layer, where they came from, and what changed.

create extension if not exists postgis;

create schema rimay;
create schema layers;
comment on schema rimay is 'Tables of the Rimay server.';
comment on schema layers is 'One typed view for each layer, for people who connect QGIS or psql.';

-- The catalogue lives in the program; the database keeps the declaration it was last told, so that it knows
-- when tables and views must follow a change.
create table rimay.layer (
  id text primary key check (id ~ '^[a-z][a-z0-9_]*$'),
  declaration jsonb not null
);
comment on table rimay.layer is 'Layers the program has declared, with the declaration the tables and views follow.';
comment on column rimay.layer.declaration is 'Geometry type, title and fields, as the catalogue declares them.';

create table rimay.import (
  id bigint generated always as identity primary key,
  layer text not null references rimay.layer,
  source text not null,
  source_title jsonb not null,
  licence text not null,
  attribution text not null,
  demonstration boolean not null,
  synthetic boolean not null,
  file_name text not null,
  file_sha256 text not null,
  crs_found text not null,
  datum_operation text not null,
  report jsonb not null,
  received_at timestamptz not null default now()
);
comment on table rimay.import is 'Every file that was taken in: what it was, how it was read, and the report.';
comment on column rimay.import.source is 'Name of the source: a preset, or a name made from the file. An import replaces its source''s features.';
comment on column rimay.import.source_title is 'Who published the data: {es, en}.';
comment on column rimay.import.licence is 'SPDX name, or "not stated".';
comment on column rimay.import.demonstration is 'Ships with the project; gives way to the first real file of the layer.';
comment on column rimay.import.synthetic is 'Invented data, labelled wherever it shows.';
comment on column rimay.import.file_sha256 is 'SHA-256 of the file, hexadecimal.';
comment on column rimay.import.crs_found is 'Reference system the file states, or the one it was told to have.';
comment on column rimay.import.datum_operation is 'How coordinates came to WGS 84.';
comment on column rimay.import.report is 'The import report as it was shown.';
create index on rimay.import (layer, source, id);

create sequence rimay.feature_id;

create table rimay.feature (
  layer text not null references rimay.layer,
  id bigint not null default nextval('rimay.feature_id'),
  source text not null default 'direct',
  key text not null,
  import_id bigint references rimay.import,
  properties jsonb not null check (jsonb_typeof(properties) = 'object'),
  source_record jsonb,
  geom geometry(Geometry, 4326) check (st_ndims(geom) = 2 and st_isvalid(geom) and not st_isempty(geom)),
  primary key (layer, id),
  unique (layer, source, key)
) partition by list (layer);
alter sequence rimay.feature_id owned by rimay.feature.id;
comment on table rimay.feature is 'Features of all layers, one partition for each layer.';
comment on column rimay.feature.id is 'Stable number of the feature; the OGC feature id.';
comment on column rimay.feature.source is 'Source the feature belongs to, as in rimay.import; "direct" when it was written by hand.';
comment on column rimay.feature.key is 'Identifies the feature within its source: its code, or a digest of the record.';
comment on column rimay.feature.import_id is 'Import that last wrote the feature.';
comment on column rimay.feature.properties is 'The layer''s fields: names, types and codes as the catalogue declares them.';
comment on column rimay.feature.source_record is 'The record as the file has it, column by column. Never public.';
comment on column rimay.feature.geom is 'EPSG:4326, two-dimensional, valid, exterior rings counter-clockwise; null where a feature has no place.';

-- Rows of files on their way in. Written and emptied inside the transaction of one import, so nobody else
-- ever sees them; unlogged because they need not survive a crash.
create unlogged table rimay.incoming_feature (
  row_number bigint not null,
  key text not null,
  name text,
  properties jsonb not null,
  source_record jsonb not null,
  geom geometry
);
comment on table rimay.incoming_feature is 'Rows of a file on their way in; visible only to the import that wrote them.';

create table rimay.layer_change (
  seq bigint generated always as identity primary key,
  layer text not null,
  changed_at timestamptz not null default clock_timestamp()
);
create index on rimay.layer_change (layer);
comment on table rimay.layer_change is
  'One row for each statement that changed a layer. How many rows are visible is the layer''s revision: unlike a sequence number it cannot be overtaken by a transaction that commits late.';

create function rimay.note_change() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  insert into rimay.layer_change (layer) select distinct layer from touched order by layer;
  return null;
end $$;
comment on function rimay.note_change is 'Statement trigger: records which layers the statement touched.';

create function rimay.note_truncate() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  insert into rimay.layer_change (layer) values (tg_argv[0]);
  return null;
end $$;
comment on function rimay.note_truncate is 'Statement trigger on a partition: records that the layer was emptied.';

-- Statement triggers fire for the table a statement names: the parent for us, a partition for somebody in psql.
create procedure rimay.watch_changes(watched regclass) language plpgsql as $$
begin
  execute format('create trigger note_insert after insert on %s referencing new table as touched for each statement execute function rimay.note_change()', watched);
  execute format('create trigger note_update_old after update on %s referencing old table as touched for each statement execute function rimay.note_change()', watched);
  execute format('create trigger note_update_new after update on %s referencing new table as touched for each statement execute function rimay.note_change()', watched);
  execute format('create trigger note_delete after delete on %s referencing old table as touched for each statement execute function rimay.note_change()', watched);
end $$;
comment on procedure rimay.watch_changes is 'Puts the change triggers on the feature table or one of its partitions.';

call rimay.watch_changes('rimay.feature');

-- Declares a layer: its partition with the geometry it accepts, and its typed view. Declaring the same again
-- does nothing. `declared` is {title: {es, en}, geometry: "point" | "polygon",
-- fields: [{name, type, title: {es, en}, unit, codes: [text]}]}.
create procedure rimay.declare_layer(layer_id text, declared jsonb) language plpgsql as $$
declare
  known jsonb;
  partition_name text := 'feature_' || layer_id;
  geometry_type text := case declared ->> 'geometry' when 'point' then 'Point' else 'MultiPolygon' end;
  columns text;
  conditions text;
  field jsonb;
begin
  -- Servers that start together take turns.
  perform pg_advisory_xact_lock(hashtextextended('rimay declare layer', 0));
  select declaration into known from rimay.layer where id = layer_id;
  if known = declared then
    return;
  end if;
  insert into rimay.layer (id, declaration) values (layer_id, declared)
    on conflict (id) do update set declaration = excluded.declaration;

  if to_regclass(format('rimay.%I', partition_name)) is null then
    execute format('create table rimay.%I partition of rimay.feature for values in (%L)', partition_name, layer_id);
    execute format('alter table rimay.%I add constraint geometry_type check (geometrytype(geom) = %L)', partition_name, upper(geometry_type));
    execute format('create index on rimay.%I using gist (geom)', partition_name);
    execute format('create trigger note_truncate after truncate on rimay.%I for each statement execute function rimay.note_truncate(%L)', partition_name, layer_id);
    call rimay.watch_changes(format('rimay.%I', partition_name)::regclass);
  end if;

  -- A value of another type, or outside its code list, is refused whoever writes it: views and snapshots agree on it.
  select string_agg(format('coalesce(jsonb_typeof(properties -> %1$L), ''null'') in (''null'', %2$L)', f ->> 'name', case f ->> 'type'
        when 'integer' then 'number' when 'real' then 'number' when 'boolean' then 'boolean' else 'string' end)
      || case f ->> 'type'
        when 'integer' then format(' and num_nulls((properties ->> %L)::bigint) >= 0', f ->> 'name')
        when 'date' then format(' and num_nulls((properties ->> %L)::date) >= 0', f ->> 'name')
        when 'code' then format(' and coalesce((properties ->> %L) = any (%L::text[]), true)', f ->> 'name',
          array(select jsonb_array_elements_text(f -> 'codes')))
        else '' end, ' and ' order by position)
    into conditions from jsonb_array_elements(declared -> 'fields') with ordinality as fields (f, position);
  execute format('alter table rimay.%I drop constraint if exists properties_as_declared', partition_name);
  execute format('alter table rimay.%I add constraint properties_as_declared check (%s)', partition_name, conditions);

  select string_agg(format('(properties ->> %L)::%s as %I', f ->> 'name', case f ->> 'type'
      when 'integer' then 'bigint' when 'real' then 'double precision'
      when 'boolean' then 'boolean' when 'date' then 'date' else 'text' end, f ->> 'name'), ', ' order by position)
    into columns from jsonb_array_elements(declared -> 'fields') with ordinality as fields (f, position);
  execute format('drop view if exists layers.%I', layer_id);
  execute format('create view layers.%I as select id, %s, source as source_name, geom::geometry(%s, 4326) as geom from rimay.feature where layer = %L',
    layer_id, columns, geometry_type, layer_id);
  execute format('comment on view layers.%I is %L', layer_id, (declared -> 'title' ->> 'es') || ' / ' || (declared -> 'title' ->> 'en'));
  for field in select jsonb_array_elements(declared -> 'fields') loop
    execute format('comment on column layers.%I.%I is %L', layer_id, field ->> 'name',
      concat_ws(' / ', field -> 'title' ->> 'es', field -> 'title' ->> 'en') || coalesce(' (' || (field ->> 'unit') || ')', ''));
  end loop;
end $$;
comment on procedure rimay.declare_layer is 'Makes tables and views follow the declaration of one layer.';
