-- Schemes: which cases an institution counts. A number without its scheme says nothing.
create table rimay.scheme_version (
  scheme text not null check (scheme ~ '^[a-z][a-z0-9_]{1,39}$'),
  version integer not null check (version > 0),
  institution text not null references rimay.institution,
  title_es text not null check (length(title_es) between 1 and 200),
  title_en text not null check (length(title_en) between 1 and 200),
  definition_es text not null,
  definition_en text not null,
  conditions jsonb not null check (jsonb_typeof(conditions) = 'array' and jsonb_array_length(conditions) between 1 and 20),
  source_classes text[] not null check (source_classes <> '{}' and source_classes <@ array['public', 'institutional', 'reserved']),
  recorded_at timestamptz not null default now(),
  recorded_by uuid references rimay.account,
  primary key (scheme, version)
);
comment on table rimay.scheme_version is 'Which cases an institution counts, version by version: rows are added, never changed; the greatest version holds.';
comment on column rimay.scheme_version.conditions is 'All must hold: [{where: CQL2, kind: kind of the facts that decide, es, en}].';
comment on column rimay.scheme_version.source_classes is 'Facts of other classes do not count: what is known from a reserved source only is not there.';
create trigger append_only before update or delete or truncate on rimay.scheme_version
  for each statement execute function rimay.refuse_change();
grant select on rimay.scheme_version to rimay_cases;

insert into rimay.scheme_version (scheme, version, institution, title_es, title_en, definition_es, definition_en, conditions, source_classes) values
  ('defensoria', 1, 'defensoria', 'Defensoría del Pueblo', 'Ombudsman''s Office',
   'Disputas activas o latentes que podrían derivar en violencia. No usa fuentes reservadas.',
   'Active or dormant disputes that could lead to violence. No reserved source is used.',
   '[{"where": "state IN (''activo'', ''latente'')", "kind": "state", "es": "está activo o latente", "en": "is active or dormant"},
     {"where": "may_turn_violent = TRUE", "kind": "test", "es": "puede derivar en violencia", "en": "may lead to violence"}]',
   array['public', 'institutional']),
  ('onds', 1, 'onds', 'ONDS (PCM)', 'ONDS (PCM)',
   'Disputas que pueden amenazar la gobernabilidad o el orden público y necesitan al Estado como mediador, negociador o garante.',
   'Disputes that may threaten governability or public order and need the State as mediator, negotiator or guarantor.',
   '[{"where": "state IN (''activo'', ''latente'')", "kind": "state", "es": "está activo o latente", "en": "is active or dormant"},
     {"where": "threatens_governability = TRUE", "kind": "test", "es": "puede amenazar la gobernabilidad o el orden público", "en": "may threaten governability or public order"},
     {"where": "needs_the_state = TRUE", "kind": "test", "es": "necesita al Estado como mediador, negociador o garante", "en": "needs the State as mediator, negotiator or guarantor"}]',
   array['public', 'institutional', 'reserved']),
  ('minam', 1, 'minam', 'MINAM', 'MINAM',
   'Disputas activas de componente ambiental.', 'Active disputes that are environmental in nature.',
   '[{"where": "state = ''activo''", "kind": "state", "es": "está activo", "en": "is active"},
     {"where": "environmental = TRUE", "kind": "test", "es": "es de componente ambiental", "en": "is environmental in nature"}]',
   array['public', 'institutional', 'reserved']),
  ('oefa', 1, 'oefa', 'OEFA', 'OEFA',
   'Disputas activas de componente ambiental por una actividad que fiscaliza.', 'Active environmental disputes about an activity it oversees.',
   '[{"where": "state = ''activo''", "kind": "state", "es": "está activo", "en": "is active"},
     {"where": "environmental = TRUE", "kind": "test", "es": "es de componente ambiental", "en": "is environmental in nature"},
     {"where": "activities LIKE ''%mineria%'' OR activities LIKE ''%hidrocarburos%'' OR activities LIKE ''%energia%'' OR activities LIKE ''%residuos%'' OR activities LIKE ''%agroindustrial%''", "kind": "activity", "es": "trata de una actividad que fiscaliza", "en": "is about an activity it oversees"}]',
   array['public', 'institutional', 'reserved']),
  ('ana', 1, 'ana', 'ANA', 'ANA',
   'Disputas activas o latentes por el agua.', 'Active or dormant disputes about water.',
   '[{"where": "state IN (''activo'', ''latente'')", "kind": "state", "es": "está activo o latente", "en": "is active or dormant"},
     {"where": "about_water = TRUE", "kind": "test", "es": "es por el agua", "en": "is about water"}]',
   array['public', 'institutional', 'reserved']);

-- What is looked for by list and by count.
create index on rimay.case_fact (kind, case_id) where recorded_to is null and kind not in ('event', 'actor', 'description');

-- What a case no longer tells is not told of its past either: the versions of its feature go. Nothing else takes versions away.
create or replace function rimay.refuse_rewriting() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  if tg_op = 'DELETE' and rimay.said('redacting') is not null then
    return null;
  end if;
  raise exception 'history is not rewritten: versions of features are added, never changed or removed'
    using errcode = 'feature_not_supported';
end $$;

create table rimay.case_position (
  single boolean primary key default true check (single),
  position bigint not null
);
comment on table rimay.case_position is 'Grows with every change of the register, as the last thing before it is committed: counts at one position are the same.';
insert into rimay.case_position (position) values (0);
