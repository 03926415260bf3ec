-- Guards: values and places that the program could not read back, a record of changes that stays small,
-- and declarations that change under somebody's feet.

-- Places lie on the globe. Written with the box's sides: `@` compares boxes rounded to single precision.
alter table rimay.feature add constraint place_on_the_globe check (
  geom is null or (st_xmin(geom) >= -180 and st_xmax(geom) <= 180 and st_ymin(geom) >= -90 and st_ymax(geom) <= 90)
);

-- One row may stand for several changes: rows are folded together so that the table stays small.
alter table rimay.layer_change
  add column changes bigint not null default 1 check (changes > 0),
  add constraint changed_in_our_time check (changed_at between '2000-01-01Z' and '2200-01-01Z');
comment on table rimay.layer_change is
  'Changes of layers, one row for each statement until rows are folded together. The sum of changes that is visible is the layer''s revision: unlike a sequence number it cannot be overtaken by a transaction that commits late.';
comment on column rimay.layer_change.changes is 'How many statements the row stands for.';

-- Whoever folds at the same time finds the rows gone, and adds up only what it removed itself.
create function rimay.fold_changes() returns void language sql set search_path = pg_catalog as $$
  with gone as (delete from rimay.layer_change returning layer, changes, changed_at)
  insert into rimay.layer_change (layer, changes, changed_at)
  select layer, sum(changes), max(changed_at) from gone group by layer
$$;
comment on function rimay.fold_changes is 'Puts one row for each layer in the place of all its visible changes; revisions stay as they are.';

-- Each import makes a table of its own like this one: whoever analyses a shared table holds a lock on it until the
-- import ends, and imports into different layers would wait for one another.
comment on table rimay.incoming_feature is 'Pattern of the temporary table that takes the rows of a file; always empty.';

-- The condition a layer's properties must meet: each value of its declared type, within its code list.
create function rimay.declared_conditions(declared jsonb) returns text language sql immutable as $$
  select string_agg(format('coalesce(jsonb_typeof(properties -> %1$L), ''null'') in (''null'', %2$L)', f ->> 'name', case f ->> 'type'
        when 'integer' then 'number' when 'real' then 'number' when 'boolean' then 'boolean' else 'string' end)
      || case f ->> 'type'
        when 'integer' then format(' and num_nulls((properties ->> %L)::bigint) >= 0', f ->> 'name')
        -- The cast refuses what double precision cannot hold, such as 1e400.
        when 'real' then format(' and num_nulls((properties ->> %L)::double precision) >= 0', f ->> 'name')
        -- The cast alone would take "yesterday", "infinity" and years before Christ.
        when 'date' then format(' and coalesce((properties ->> %1$L) ~ ''^\d{4}-\d\d-\d\d$'', true) and num_nulls((properties ->> %1$L)::date) >= 0', f ->> 'name')
        when 'code' then format(' and coalesce((properties ->> %L) = any (%L::text[]), true)', f ->> 'name',
          array(select jsonb_array_elements_text(f -> 'codes')))
        else '' end, ' and ' order by position)
  from jsonb_array_elements(declared -> 'fields') with ordinality as fields (f, position)
$$;
comment on function rimay.declared_conditions is 'Check condition on the column properties that follows from a declaration.';

-- The view's columns: those it has and keeps stay where they are, new ones follow, so that `create or replace`
-- leaves the grants and the views that others built on it alone.
create function rimay.declared_columns(layer_id text, declared jsonb) returns text language sql stable as $$
  select string_agg(expression, ', ' order by attnum nulls last, position)
  from (
    select 'id' as name, 'id' as expression, -3 as position
    union all select 'source_name', 'source as source_name', -2
    union all select 'geom', format('geom::geometry(%s, 4326) as geom', case declared ->> 'geometry' when 'point' then 'Point' else 'MultiPolygon' end), -1
    union all
    select f ->> 'name', format('(properties ->> %L)::%s as %I', f ->> 'name', case f ->> 'type'
        when 'integer' then 'bigint' when 'real' then 'double precision'
        when 'boolean' then 'boolean' when 'date' then 'date' else 'text' end, f ->> 'name'), position
    from jsonb_array_elements(declared -> 'fields') with ordinality as fields (f, position)
  ) wanted
  left join pg_attribute existing
    on attrelid = to_regclass(format('layers.%I', layer_id)) and attname = wanted.name and not attisdropped
$$;
comment on function rimay.declared_columns is 'Columns of the typed view of a layer, as a select list.';

-- The views are for reading: a delete through one would be a delete from the feature table.
create function rimay.refuse_view_write() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  raise exception 'the view layers.% is for reading', tg_table_name
    using errcode = 'feature_not_supported', hint = 'Write to rimay.feature, import a file, or use the HTTP interface.';
end $$;
comment on function rimay.refuse_view_write is 'Row trigger on the typed views: keeps them for reading.';

-- Makes the typed view follow the declaration. Where a column goes or changes its type the view is made anew, with
-- the grants it had; that cannot be done under a view that somebody built on it, and is refused by name.
create procedure rimay.replace_layer_view(layer_id text, declared jsonb) language plpgsql as $$
declare
  definition text := format('select %s from rimay.feature where layer = %L', rimay.declared_columns(layer_id, declared), layer_id);
  privileges aclitem[];
  dependents text;
  granted record;
begin
  begin
    execute format('create or replace view layers.%I as %s', layer_id, definition);
    return;
  exception when invalid_table_definition then
    null;
  end;
  select string_agg(distinct dependent.oid::regclass::text, ', ') into dependents
    from pg_depend
    join pg_rewrite on pg_rewrite.oid = pg_depend.objid
    join pg_class dependent on dependent.oid = pg_rewrite.ev_class
    where pg_depend.refobjid = format('layers.%I', layer_id)::regclass and dependent.oid <> pg_depend.refobjid;
  if dependents is not null then
    raise exception 'the columns of the view layers.% change, and % was built on it', layer_id, dependents
      using errcode = 'dependent_objects_still_exist',
        hint = format('Drop %s, start the program, and make it anew.', dependents);
  end if;
  select relacl into privileges from pg_class where oid = format('layers.%I', layer_id)::regclass;
  execute format('drop view layers.%I', layer_id);
  execute format('create view layers.%I as %s', layer_id, definition);
  for granted in
    select a.privilege_type, a.is_grantable, coalesce(r.rolname, 'public') as grantee, a.grantee = 0 as to_all
    from aclexplode(privileges) a left join pg_roles r on r.oid = a.grantee
    where a.grantee = 0 or r.rolname <> current_user
  loop
    execute format('grant %s on layers.%I to %s%s', granted.privilege_type, layer_id,
      case when granted.to_all then 'public' else quote_ident(granted.grantee) end,
      case when granted.is_grantable then ' with grant option' else '' end);
  end loop;
end $$;
comment on procedure rimay.replace_layer_view is 'Makes the typed view of a layer follow its declaration, keeping grants.';

create or replace procedure rimay.declare_layer(layer_id text, declared jsonb) language plpgsql as $$
declare
  known jsonb;
  partition_name text := 'feature_' || layer_id;
  geometry_type text := case declared ->> 'geometry' when 'point' then 'Point' else 'MultiPolygon' end;
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

  -- A value of another type, or outside its code list, is refused whoever writes it: views and snapshots agree on
  -- it. Rows of an earlier declaration stay as they are until they are written again.
  execute format('alter table rimay.%I drop constraint if exists properties_as_declared', partition_name);
  execute format('alter table rimay.%I add constraint properties_as_declared check (%s) not valid', partition_name, rimay.declared_conditions(declared));
  begin
    execute format('alter table rimay.%I validate constraint properties_as_declared', partition_name);
  exception when check_violation or data_exception then
    raise warning 'layer % has features that do not fit its new declaration; they are served as they are, and refused when they are written again', layer_id;
  end;

  call rimay.replace_layer_view(layer_id, declared);
  execute format('create or replace trigger read_only instead of insert or update or delete on layers.%I for each row execute function rimay.refuse_view_write()', layer_id);
  execute format('comment on view layers.%I is %L', layer_id, (declared -> 'title' ->> 'es') || ' / ' || (declared -> 'title' ->> 'en'));
  for field in select jsonb_array_elements(declared -> 'fields') loop
    execute format('comment on column layers.%I.%I is %L', layer_id, field ->> 'name',
      concat_ws(' / ', field -> 'title' ->> 'es', field -> 'title' ->> 'en') || coalesce(' (' || (field ->> 'unit') || ')', ''));
  end loop;
end $$;

-- What was declared before these guards is declared again.
update rimay.layer set declaration = '{}';
