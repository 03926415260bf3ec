-- The register of cases: what an institution knows of a dispute, fact by fact, in its own words. Facts are never written over: a
-- changed one is followed by its next version.

-- Whoever reads or writes cases for somebody does it as the first role, to whom rows are hidden; what the register works out of
-- them is worked out as the second. Neither can sign in.
do $$
declare
  role text;
begin
  foreach role in array array['rimay_cases', 'rimay_register'] loop
    begin
      execute format('create role %I nologin', role);
    exception when duplicate_object or unique_violation then null;
    end;
    if not pg_has_role(current_user, role, 'member') then
      execute format('grant %I to current_user', role);
    end if;
  end loop;
end $$;
grant usage on schema rimay to rimay_cases, rimay_register;

-- Words. Each institution has its own lists; what one calls so the others call otherwise.
create table rimay.code (
  institution text not null references rimay.institution,
  list text not null check (list ~ '^[a-z][a-z_]{1,39}$'),
  code text not null check (code ~ '^[a-z0-9][a-z0-9_]{0,59}$'),
  primary key (institution, list, code)
);
comment on table rimay.code is 'Codes of the lists of institutions. A code that was ever used stays.';
create table rimay.code_version (
  institution text not null,
  list text not null,
  code text not null,
  version integer not null check (version > 0),
  title_es text not null check (length(title_es) between 1 and 200),
  title_en text not null check (length(title_en) between 1 and 200),
  position integer not null,
  retired boolean not null default false,
  recorded_at timestamptz not null default now(),
  recorded_by uuid references rimay.account,
  primary key (institution, list, code, version),
  foreign key (institution, list, code) references rimay.code
);
comment on table rimay.code_version is 'What codes mean: rows are added, never changed; the greatest version holds.';
comment on column rimay.code_version.retired is 'No longer taken for new facts.';
create trigger append_only before update or delete or truncate on rimay.code_version
  for each statement execute function rimay.refuse_change();
create view rimay.code_now as
  select distinct on (institution, list, code) * from rimay.code_version order by institution, list, code, version desc;
comment on view rimay.code_now is 'Codes as they are now.';
create table rimay.code_match (
  institution text not null,
  list text not null,
  code text not null,
  to_institution text not null,
  to_code text not null,
  relation text not null check (relation in ('exact', 'broader', 'narrower')),
  version integer not null default 1,
  primary key (institution, list, code, to_institution),
  foreign key (institution, list, code) references rimay.code,
  foreign key (to_institution, list, to_code) references rimay.code (institution, list, code),
  check (institution <> to_institution)
);
comment on table rimay.code_match is 'Crosswalk: what another institution calls the same in its list of that name.';
comment on column rimay.code_match.relation is 'Whether the other word means the same, or more, or less.';

create function rimay.code_in(institution text, list text, code text, wanted text) returns text language sql stable
  return case when institution = wanted then code else (
    select m.to_code from rimay.code_match m
    where (m.institution, m.list, m.code, m.to_institution) = (code_in.institution, code_in.list, code_in.code, code_in.wanted)) end;
comment on function rimay.code_in is 'The word of another institution for a code of one; null where the crosswalk has none.';

-- Cases.
create table rimay.conflict_case (
  id uuid primary key default gen_random_uuid(),
  code text not null check (length(code) between 3 and 40),
  institution text not null references rimay.institution,
  sharing text not null default 'own' check (sharing in ('own', 'shared', 'public')),
  shared_with text[] not null default '{}',
  draft boolean not null default false,
  merged_into uuid references rimay.conflict_case check (merged_into <> id),
  synthetic boolean not null default false,
  version integer not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  created_by uuid references rimay.account,
  changed_at timestamptz not null default clock_timestamp(),
  constraint shared_with_somebody check ((sharing = 'shared') <= (shared_with <> '{}')),
  constraint drafts_are_own check (not draft or sharing = 'own'),
  unique (institution, code)
);
create index on rimay.conflict_case (merged_into);
create index on rimay.conflict_case (institution);
create index on rimay.conflict_case using gin (shared_with);
comment on table rimay.conflict_case is 'Cases: whose each is and who else may see it. What is known of it are facts.';
comment on column rimay.conflict_case.code is 'What its institution calls it by. Made at random where none is told, so that codes do not tell how many there are.';
comment on column rimay.conflict_case.sharing is 'own: the institution only; shared: the institutions named, too; public: all.';
comment on column rimay.conflict_case.merged_into is 'The record of the same dispute that goes on in its place, with the facts of both.';
comment on column rimay.conflict_case.version is 'Grows with every change of the case or one of its facts.';

create table rimay.case_change (
  number bigint generated always as identity primary key,
  case_id uuid not null references rimay.conflict_case,
  at timestamptz not null default clock_timestamp(),
  account uuid references rimay.account,
  change text not null check (change in ('created', 'changed', 'merged', 'unmerged')),
  detail jsonb not null
);
create index on rimay.case_change (case_id, number);
comment on table rimay.case_change is 'What became of cases themselves: sharing, drafts, merging. Facts keep their own versions.';
create trigger append_only before update or delete or truncate on rimay.case_change
  for each statement execute function rimay.refuse_change();

create sequence rimay.case_fact_ordinal;
create table rimay.case_fact (
  number bigint generated always as identity primary key,
  ordinal bigint not null,
  id uuid not null default gen_random_uuid(),
  version integer not null default 1,
  case_id uuid not null references rimay.conflict_case,
  kind text not null check (kind in ('name', 'other_name', 'description', 'scope', 'place', 'type', 'activity', 'class', 'test',
    'state', 'cause', 'trigger', 'demand', 'legislation', 'actor', 'event', 'strategy', 'next_step', 'intervention', 'sector',
    'agreement', 'link')),
  -- What it says.
  institution text references rimay.institution,
  list text generated always as (case when kind in ('type', 'activity', 'class', 'cause', 'event', 'intervention') then kind end) stored,
  code text,
  phase text check (phase in ('temprana', 'escalamiento', 'crisis', 'desescalamiento', 'dialogo')),
  text text check (length(text) between 1 and 20000),
  name text check (length(name) between 1 and 300),
  organisation text check (length(organisation) between 1 and 300),
  role text check (role in ('primary', 'secondary', 'third_party')),
  side text check (side in ('community', 'company', 'state_national', 'state_regional', 'state_local', 'civil_society')),
  valid_from date,
  valid_to date,
  participants integer check (participants >= 0),
  dead_state integer check (dead_state >= 0),
  dead_civilian integer check (dead_civilian >= 0),
  injured_state integer check (injured_state >= 0),
  injured_civilian integer check (injured_civilian >= 0),
  layer text references rimay.layer,
  feature bigint,
  -- Of places: as far as others may see them. Where exactly stands in rimay.case_site.
  protection text check (protection in ('public', 'generalised', 'withheld')),
  precision text check (precision in ('sitio', 'centro_poblado', 'distrito', 'provincia', 'departamento')),
  geom geometry(Point, 4326),
  ubigeo text check (ubigeo ~ '^[0-9]{2}([0-9]{2}([0-9]{2})?)?$'),
  department text,
  province text,
  district text,
  watershed text,
  units_as_of jsonb,
  -- Where it is from.
  source_class text not null check (source_class in ('public', 'institutional', 'reserved')),
  source text check (length(source) between 1 and 500),
  source_url text check (source_url ~ '^https?://' and length(source_url) <= 2000),
  source_on date,
  recorded_from timestamptz not null default clock_timestamp(),
  recorded_to timestamptz,
  recorded_by uuid references rimay.account,
  closed_by uuid references rimay.account,
  unique (id, version),
  foreign key (institution, list, code) references rimay.code (institution, list, code),
  constraint days_in_order check (valid_from <= valid_to),
  constraint times_in_order check (recorded_from <= recorded_to),
  constraint active_has_one_phase check (kind <> 'state'
    or (code in ('activo', 'latente', 'resuelto', 'retirado') and (code = 'activo') = (phase is not null))),
  constraint scope_is_known check (kind <> 'scope' or code in ('local', 'regional', 'multirregional', 'nacional')),
  constraint listed_codes_name_their_list check (list is null or (institution is not null and code is not null)),
  constraint places_say_who_may_see_them check ((kind = 'place') = (protection is not null)),
  constraint withheld_places_show_nothing check (protection is distinct from 'withheld' or (geom is null and ubigeo is null
    and num_nonnulls(department, province, district, watershed, precision, name, text) = 0)),
  constraint generalised_places_are_units check (protection is distinct from 'generalised' or (geom is null and watershed is null
    and num_nonnulls(name, text) = 0))
);
create index on rimay.case_fact (case_id, kind) where recorded_to is null;
create index on rimay.case_fact (case_id, number);
create index on rimay.case_fact (kind, valid_from) where recorded_to is null;
create unique index one_at_a_time on rimay.case_fact (case_id, kind)
  where recorded_to is null and kind in ('name', 'scope', 'description');
create unique index one_state_from_a_day on rimay.case_fact (case_id, valid_from) nulls not distinct
  where recorded_to is null and kind = 'state';
create unique index one_word_of_an_institution on rimay.case_fact (case_id, kind, institution)
  where recorded_to is null and kind in ('type', 'class');
create unique index one_current_version on rimay.case_fact (id) where recorded_to is null;
comment on table rimay.case_fact is 'What is known of cases, each version of each fact. Current are those without recorded_to.';
comment on column rimay.case_fact.id is 'The fact, the same in all its versions.';
comment on column rimay.case_fact.ordinal is 'Place among the facts of all cases, the same in all versions: what comes first does not change with an edit.';
comment on column rimay.case_fact.list is 'The list its code is of, by institution.';
comment on column rimay.case_fact.valid_from is 'From which day it is so in the world; of events, the day.';
comment on column rimay.case_fact.protection is 'public: exactly where; generalised: the unit only; withheld: nothing, for nobody outside the institution.';
comment on column rimay.case_fact.units_as_of is 'Of which revision the layers were from which the units follow: {layer: revision}.';
comment on column rimay.case_fact.source_class is 'public: anybody could know it; institutional: from the work of the institution; reserved: never leaves it.';

create table rimay.case_site (
  fact bigint primary key references rimay.case_fact,
  case_id uuid not null references rimay.conflict_case,
  subject text check (subject in ('isolated_people', 'defender', 'sacred_site', 'other')),
  geom geometry(Point, 4326),
  precision text check (precision in ('sitio', 'centro_poblado', 'distrito', 'provincia', 'departamento')),
  name text check (length(name) between 1 and 300),
  text text check (length(text) between 1 and 20000),
  ubigeo text check (ubigeo ~ '^[0-9]{2}([0-9]{2}([0-9]{2})?)?$'),
  department text,
  province text,
  district text,
  watershed text
);
create index on rimay.case_site (case_id);
comment on column rimay.case_site.subject is 'Whom the place would endanger: such a place is never a public one, so that it is told here only.';
comment on table rimay.case_site is 'Where places that are not public really are, by version of the fact; for the institution itself only.';

-- (What is generated is not worked out yet when this looks.)
create function rimay.keep_facts() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  if old.recorded_to is not null or new.recorded_to is null or new.recorded_to > clock_timestamp()
    or (to_jsonb(new) - '{recorded_to,closed_by,list}'::text[]) <> (to_jsonb(old) - '{recorded_to,closed_by,list}'::text[]) then
    raise exception 'facts are never written over: a version is closed, and the next one follows' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger keep_facts before update on rimay.case_fact for each row execute function rimay.keep_facts();
create trigger append_only before delete or truncate on rimay.case_fact for each statement execute function rimay.refuse_change();
create trigger append_only before update or delete or truncate on rimay.case_site
  for each statement execute function rimay.refuse_change();

create table rimay.case_attachment (
  id uuid primary key default gen_random_uuid(),
  case_id uuid not null references rimay.conflict_case,
  name text not null check (length(name) between 1 and 200),
  media_type text not null,
  content bytea not null check (length(content) between 1 and 10485760),
  sha256 bytea not null generated always as (sha256(content)) stored,
  source_class text not null check (source_class in ('public', 'institutional', 'reserved')),
  recorded_from timestamptz not null default clock_timestamp(),
  recorded_to timestamptz,
  recorded_by uuid references rimay.account,
  closed_by uuid references rimay.account
);
create index on rimay.case_attachment (case_id);
comment on table rimay.case_attachment is 'Files of a case. Never public: names and what cameras write into pictures tell places.';

create table rimay.case_request (
  account uuid not null references rimay.account,
  idempotency_key text not null,
  digest bytea not null,
  case_id uuid not null references rimay.conflict_case,
  fact uuid,
  answered_at timestamptz not null default clock_timestamp(),
  primary key (account, idempotency_key)
);
comment on table rimay.case_request is 'Requests that made a case or a fact, by the Idempotency-Key they came with: sent again, they make none.';

create function rimay.keep_case() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  if (new.id, new.code, new.institution, new.synthetic, new.created_at, new.created_by) is distinct from
     (old.id, old.code, old.institution, old.synthetic, old.created_at, old.created_by) or new.version < old.version then
    raise exception 'what a case is called, whose it is and who recorded it stays' using errcode = 'restrict_violation';
  end if;
  if new.merged_into is distinct from old.merged_into and new.merged_into is not null
    and not exists (select from rimay.conflict_case c where c.id = new.merged_into and c.institution = new.institution) then
    raise exception 'a case goes on in one of its own institution' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger keep_case before update on rimay.conflict_case for each row execute function rimay.keep_case();
create trigger append_only before delete or truncate on rimay.conflict_case
  for each statement execute function rimay.refuse_change();
create function rimay.keep_attachment() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  if old.recorded_to is not null or (to_jsonb(new) - '{recorded_to,closed_by,sha256}'::text[]) <> (to_jsonb(old) - '{recorded_to,closed_by,sha256}'::text[]) then
    raise exception 'files of cases are never written over' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger keep_attachment before update on rimay.case_attachment for each row execute function rimay.keep_attachment();
create trigger append_only before delete or truncate on rimay.case_attachment
  for each statement execute function rimay.refuse_change();
create function rimay.check_site() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  if not exists (select from rimay.case_fact f where f.number = new.fact and f.case_id = new.case_id and f.kind = 'place' and f.protection <> 'public') then
    raise exception 'a site belongs to a protected place of its case' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger check_site before insert on rimay.case_site for each row execute function rimay.check_site();
create table rimay.code_match_past (like rimay.code_match, replaced_at timestamptz not null default clock_timestamp());
comment on table rimay.code_match_past is 'What the crosswalk said before.';
create function rimay.keep_code_match() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  insert into rimay.code_match_past select old.*, clock_timestamp();
  return null;
end $$;
create trigger keep_code_match after update or delete on rimay.code_match for each row execute function rimay.keep_code_match();
create trigger append_only before update or delete or truncate on rimay.code_match_past
  for each statement execute function rimay.refuse_change();

-- Who is shown what: one function, which the queries and the policies ask.
create function rimay.viewer() returns text language sql stable
  return nullif(current_setting('rimay.viewer', true), '');
comment on function rimay.viewer is 'The institution for which this transaction reads; null for the public.';
create function rimay.audience(institution text, sharing text, shared_with text[]) returns text language sql stable
  return case
    when institution = rimay.viewer() then 'own'
    when sharing <> 'own' and rimay.viewer() = any (shared_with) then 'shared'
    when sharing = 'public' then 'public'
  end;
comment on function rimay.audience is 'As what the viewer sees a case: own, shared, public; null where it is hidden.';

-- What a case comes to, for each audience: lists, counts and the map read this.
create table rimay.case_summary (
  case_id uuid not null references rimay.conflict_case,
  audience text not null check (audience in ('own', 'shared', 'public')),
  name text,
  scope text,
  state text,
  phase text,
  state_since date,
  type text,
  activity text,
  started_on date,
  ended_on date,
  description text,
  company text,
  geom geometry(Point, 4326),
  precision text,
  ubigeo text,
  department text,
  province text,
  district text,
  watershed text,
  places integer not null,
  events integer not null,
  last_event_on date,
  words text not null,
  primary key (case_id, audience)
);
create index on rimay.case_summary (audience, state);
comment on table rimay.case_summary is 'What a case comes to as its own institution, those it is shared with, and the public may know it. Made of facts.';
comment on column rimay.case_summary.type is 'In the words of the Ombudsman''s Office, by the crosswalk.';

create procedure rimay.summarise_case(summarised uuid) language sql set search_path = public, pg_catalog as $$
  delete from rimay.case_summary where case_id = summarised;
  insert into rimay.case_summary (case_id, audience, name, scope, state, phase, state_since, type, activity, started_on, ended_on,
    description, company, geom, precision, ubigeo, department, province, district, watershed, places, events, last_event_on, words)
  with fact as (
    select a.audience, f.ordinal, f.number, f.kind, f.institution, f.code, f.phase, f.text, f.name, f.organisation, f.side, f.valid_from,
      f.geom, f.precision, f.ubigeo, f.department, f.province, f.district, f.watershed, f.protection, f.case_id = summarised as is_own_fact
    from rimay.conflict_case t
    join rimay.conflict_case c on c.id = t.id or c.merged_into = t.id
    join rimay.case_fact f on f.case_id = c.id and f.recorded_to is null
    cross join unnest(array['own', 'shared', 'public']) as a (audience)
    where t.id = summarised and case a.audience
      when 'own' then true
      -- Of a record merged into this one, no more than all may see with whom this one is shared. What is withheld is not there.
      when 'shared' then f.source_class <> 'reserved' and f.protection is distinct from 'withheld' and (c.id = t.id
        or (c.sharing <> 'own' and c.shared_with @> t.shared_with) or (c.sharing = 'public' and f.source_class = 'public'))
      else f.source_class = 'public' and f.protection is distinct from 'withheld' and (c.id = t.id or c.sharing = 'public') end
  ),
  -- What holds now comes first: of the record itself before one merged into it, and of the latest.
  ranked as (
    select *, row_number() over (partition by audience, kind order by is_own_fact desc, valid_from desc nulls last, ordinal desc) as latest,
      row_number() over (partition by audience, kind order by is_own_fact desc, geom is null, ubigeo is null, department is null, ordinal) as first
    from fact
  ),
  words_of as (
    select audience, coalesce(rimay.code_in(institution, kind, code, 'defensoria'), null) as code, kind,
      row_number() over (partition by audience, kind order by is_own_fact desc, institution <> 'defensoria', ordinal) as nth
    from fact where kind in ('type', 'activity') and rimay.code_in(institution, kind, code, 'defensoria') is not null
  )
  select summarised, audience,
    max(name) filter (where kind = 'name' and latest = 1),
    max(code) filter (where kind = 'scope' and latest = 1),
    max(code) filter (where kind = 'state' and latest = 1),
    max(phase) filter (where kind = 'state' and latest = 1),
    max(valid_from) filter (where kind = 'state' and latest = 1),
    (select code from words_of w where (w.audience, w.kind, w.nth) = (ranked.audience, 'type', 1)),
    (select code from words_of w where (w.audience, w.kind, w.nth) = (ranked.audience, 'activity', 1)),
    min(valid_from) filter (where kind = 'state'),
    max(valid_from) filter (where kind = 'state' and latest = 1 and code in ('resuelto', 'retirado')),
    max(text) filter (where kind = 'description' and latest = 1),
    string_agg(distinct name, '; ') filter (where kind = 'actor' and side = 'company'),
    (array_agg(geom) filter (where kind = 'place' and first = 1))[1],
    max(precision) filter (where kind = 'place' and first = 1),
    max(ubigeo) filter (where kind = 'place' and first = 1),
    max(department) filter (where kind = 'place' and first = 1),
    max(province) filter (where kind = 'place' and first = 1),
    max(district) filter (where kind = 'place' and first = 1),
    max(watershed) filter (where kind = 'place' and first = 1),
    count(*) filter (where kind = 'place'),
    count(*) filter (where kind = 'event'),
    max(valid_from) filter (where kind = 'event'),
    left(rimay.folded(concat_ws(' ', (select code from rimay.conflict_case where id = summarised),
      string_agg(nullif(concat_ws(' ', name, department, province, district), ''), ' ' order by kind, ordinal)
        filter (where kind in ('name', 'other_name', 'place', 'actor')))), 20000)
  from ranked group by audience;
$$;
comment on procedure rimay.summarise_case is 'Works out again what a case comes to.';

-- Rows are hidden whoever asks, the owner of the tables too.
do $$
declare
  watched text;
begin
  foreach watched in array array['conflict_case', 'case_change', 'case_fact', 'case_site', 'case_attachment', 'case_summary', 'case_request'] loop
    execute format('alter table rimay.%I enable row level security', watched);
    execute format('alter table rimay.%I force row level security', watched);
    execute format('create policy register on rimay.%I to rimay_register using (true) with check (true)', watched);
  end loop;
end $$;
create policy seen on rimay.conflict_case for select to rimay_cases
  using (rimay.audience(institution, sharing, shared_with) is not null);
create policy made on rimay.conflict_case for insert to rimay_cases with check (institution = rimay.viewer());
create policy changed on rimay.conflict_case for update to rimay_cases
  using (institution = rimay.viewer()) with check (institution = rimay.viewer());
-- Which cases are seen as what is asked once for a question, not once for each row of it.
create policy own on rimay.case_fact for select to rimay_cases
  using (case_id in (select id from rimay.conflict_case where institution = rimay.viewer()));
create policy shared on rimay.case_fact for select to rimay_cases
  using (source_class <> 'reserved' and recorded_to is null and protection is distinct from 'withheld'
    and case_id in (select id from rimay.conflict_case where sharing <> 'own' and rimay.viewer() = any (shared_with)));
create policy public on rimay.case_fact for select to rimay_cases
  using (source_class = 'public' and recorded_to is null and protection is distinct from 'withheld'
    and case_id in (select id from rimay.conflict_case where sharing = 'public'));
create policy made on rimay.case_fact for insert to rimay_cases
  with check (exists (select from rimay.conflict_case c where c.id = case_id and c.institution = rimay.viewer()));
create policy closed on rimay.case_fact for update to rimay_cases
  using (exists (select from rimay.conflict_case c where c.id = case_id and c.institution = rimay.viewer()));
create policy own on rimay.case_site to rimay_cases
  using (exists (select from rimay.conflict_case c where c.id = case_id and c.institution = rimay.viewer()));
create policy own on rimay.case_change to rimay_cases
  using (exists (select from rimay.conflict_case c where c.id = case_id and c.institution = rimay.viewer()));
create policy seen on rimay.case_attachment for select to rimay_cases using (exists (
  select from rimay.conflict_case c where c.id = case_id and case rimay.audience(c.institution, c.sharing, c.shared_with)
    when 'own' then true
    when 'shared' then source_class <> 'reserved' and recorded_to is null
    else false
  end));
create policy made on rimay.case_attachment for insert to rimay_cases
  with check (exists (select from rimay.conflict_case c where c.id = case_id and c.institution = rimay.viewer()));
create policy closed on rimay.case_attachment for update to rimay_cases
  using (exists (select from rimay.conflict_case c where c.id = case_id and c.institution = rimay.viewer()));
create policy own on rimay.case_summary for select to rimay_cases
  using (audience = 'own' and case_id in (select id from rimay.conflict_case where institution = rimay.viewer()));
create policy shared on rimay.case_summary for select to rimay_cases
  using (audience = 'shared' and case_id in (select id from rimay.conflict_case
    where sharing <> 'own' and rimay.viewer() = any (shared_with)));
create policy public on rimay.case_summary for select to rimay_cases
  using (audience = 'public' and case_id in (select id from rimay.conflict_case where sharing = 'public'));
create policy own on rimay.case_request to rimay_cases
  using (case_id in (select id from rimay.conflict_case where institution = rimay.viewer()));

grant select (id, institution, login, name) on rimay.account to rimay_cases, rimay_register;
grant select on rimay.institution, rimay.code, rimay.code_version, rimay.code_now, rimay.code_match, rimay.layer
  to rimay_cases, rimay_register;
grant select, insert, update on rimay.conflict_case, rimay.case_fact, rimay.case_attachment to rimay_cases;
grant select, insert on rimay.case_change, rimay.case_site, rimay.case_request to rimay_cases;
grant usage on sequence rimay.case_fact_ordinal to rimay_cases;
grant select on rimay.case_summary to rimay_cases;
grant select on rimay.conflict_case, rimay.case_fact, rimay.case_site to rimay_register;
grant select, insert, update, delete on rimay.case_summary to rimay_register;

-- The lists that are known. Institutions add to theirs.
with known (institution, list, code, title_es, title_en) as (values
  ('defensoria', 'type', 'socioambiental', 'Socioambiental', 'Socio-environmental'),
  ('defensoria', 'type', 'gobierno_local', 'Asuntos de gobierno local', 'Local government affairs'),
  ('defensoria', 'type', 'gobierno_regional', 'Asuntos de gobierno regional', 'Regional government affairs'),
  ('defensoria', 'type', 'gobierno_nacional', 'Asuntos de gobierno nacional', 'National government affairs'),
  ('defensoria', 'type', 'comunal', 'Comunal', 'Communal'),
  ('defensoria', 'type', 'demarcacion_territorial', 'Demarcación territorial', 'Territorial demarcation'),
  ('defensoria', 'type', 'laboral', 'Laboral', 'Labour'),
  ('defensoria', 'type', 'electoral', 'Electoral', 'Electoral'),
  ('defensoria', 'type', 'otros', 'Otros asuntos', 'Other affairs'),
  ('defensoria', 'activity', 'mineria', 'Minería', 'Mining'),
  ('defensoria', 'activity', 'hidrocarburos', 'Hidrocarburos', 'Hydrocarbons'),
  ('defensoria', 'activity', 'energia', 'Energía', 'Energy'),
  ('defensoria', 'activity', 'residuos', 'Residuos', 'Waste'),
  ('defensoria', 'activity', 'agroindustrial', 'Agroindustrial', 'Agro-industry'),
  ('defensoria', 'activity', 'forestal', 'Forestal', 'Forestry'),
  ('defensoria', 'activity', 'otros', 'Otros', 'Other'),
  ('defensoria', 'event', 'marcha', 'Marcha', 'March'),
  ('defensoria', 'event', 'planton', 'Plantón', 'Sit-in'),
  ('defensoria', 'event', 'concentracion', 'Concentración', 'Rally'),
  ('defensoria', 'event', 'bloqueo', 'Bloqueo de vía', 'Road block'),
  ('defensoria', 'event', 'paro', 'Paro', 'Stoppage'),
  ('defensoria', 'event', 'huelga', 'Huelga', 'Strike'),
  ('defensoria', 'event', 'enfrentamiento', 'Enfrentamiento', 'Clash'),
  ('defensoria', 'event', 'violencia', 'Acción violenta', 'Violent act'),
  ('defensoria', 'event', 'reunion', 'Reunión', 'Meeting'),
  ('defensoria', 'event', 'noticia', 'Noticia', 'News'),
  ('defensoria', 'intervention', 'prevencion', 'Prevención', 'Prevention'),
  ('defensoria', 'intervention', 'tratamiento', 'Tratamiento', 'Treatment'),
  ('defensoria', 'intervention', 'seguimiento', 'Seguimiento', 'Follow-up'),
  ('onds', 'class', 'diferencia', 'Diferencia', 'Difference'),
  ('onds', 'class', 'controversia', 'Controversia', 'Controversy'),
  ('onds', 'class', 'conflicto', 'Conflicto', 'Conflict'),
  ('onds', 'intervention', 'prevencion', 'Prevención', 'Prevention'),
  ('onds', 'intervention', 'tratamiento', 'Tratamiento', 'Treatment'),
  ('onds', 'intervention', 'seguimiento', 'Seguimiento', 'Follow-up'),
  ('onds', 'cause', 'participacion', 'Débil participación', 'Weak participation'),
  ('onds', 'cause', 'beneficios', 'Reparto inequitativo de los beneficios', 'Inequitable benefits'),
  ('onds', 'cause', 'fiscalizacion', 'Débil fiscalización ambiental', 'Weak environmental oversight'),
  ('onds', 'cause', 'transparencia', 'Estándares globales de transparencia', 'Globalised transparency standards'),
  ('onds', 'cause', 'convenio_169', 'Compromisos internacionales sin cumplir (Convenio 169 de la OIT)', 'Unimplemented international commitments (ILO 169)'),
  ('onds', 'cause', 'responsabilidad', 'Límites de la responsabilidad social empresarial', 'Limits of corporate responsibility'),
  ('onds', 'cause', 'cosmovisiones', 'Choque de visiones del mundo', 'Clash of world views'),
  ('ana', 'type', 'acceso', 'Acceso al agua', 'Access to water'),
  ('ana', 'type', 'uso', 'Uso del agua', 'Use of water'),
  ('ana', 'type', 'distribucion', 'Distribución del agua', 'Distribution of water'),
  ('minem', 'activity', 'exploracion', 'Exploración minera', 'Mining exploration'),
  ('minem', 'activity', 'explotacion', 'Explotación minera', 'Mining operation'),
  ('oefa', 'event', 'denuncia', 'Denuncia ambiental (SINADA)', 'Environmental complaint (SINADA)')
), named as (
  insert into rimay.code (institution, list, code) select institution, list, code from known
)
insert into rimay.code_version (institution, list, code, version, title_es, title_en, position)
select institution, list, code, 1, title_es, title_en, row_number() over (partition by institution, list) from known;
insert into rimay.code_match (institution, list, code, to_institution, to_code, relation) values
  ('ana', 'type', 'acceso', 'defensoria', 'socioambiental', 'broader'),
  ('ana', 'type', 'uso', 'defensoria', 'socioambiental', 'broader'),
  ('ana', 'type', 'distribucion', 'defensoria', 'socioambiental', 'broader'),
  ('minem', 'activity', 'exploracion', 'defensoria', 'mineria', 'broader'),
  ('minem', 'activity', 'explotacion', 'defensoria', 'mineria', 'broader'),
  ('onds', 'intervention', 'prevencion', 'defensoria', 'prevencion', 'exact'),
  ('onds', 'intervention', 'tratamiento', 'defensoria', 'tratamiento', 'exact'),
  ('onds', 'intervention', 'seguimiento', 'defensoria', 'seguimiento', 'exact');
