-- Who works here: institutions, their people, and how they show who they are. And what people did, which nobody can undo.

create table rimay.institution (
  id text primary key check (id ~ '^[a-z][a-z0-9_]{1,39}$'),
  title_es text not null check (length(title_es) between 1 and 200),
  title_en text not null check (length(title_en) between 1 and 200),
  closed_at timestamptz
);
comment on table rimay.institution is 'Institutions whose people have accounts. What is recorded belongs to one of them.';

insert into rimay.institution (id, title_es, title_en) values
  ('onds', 'Oficina Nacional de Diálogo y Sostenibilidad (PCM)', 'National Office of Dialogue and Sustainability (PCM)'),
  ('defensoria', 'Defensoría del Pueblo', 'Ombudsman''s Office'),
  ('minam', 'Ministerio del Ambiente', 'Ministry of the Environment'),
  ('oefa', 'Organismo de Evaluación y Fiscalización Ambiental', 'Agency for Environmental Assessment and Enforcement'),
  ('ana', 'Autoridad Nacional del Agua', 'National Water Authority'),
  ('minem', 'Ministerio de Energía y Minas', 'Ministry of Energy and Mines'),
  ('cultura', 'Ministerio de Cultura', 'Ministry of Culture');

create table rimay.account (
  id uuid primary key default gen_random_uuid(),
  institution text not null references rimay.institution,
  login text not null unique check (login ~ '^[a-z0-9][a-z0-9._@+-]{2,99}$'),
  name text not null check (length(name) between 1 and 200),
  role text not null
    check (role in ('reporter', 'officer', 'analyst', 'steward', 'institution_admin', 'system_admin')),
  network_level smallint check (network_level between 1 and 3),
  jurisdiction text[] not null default '{}',
  password_hash text,
  active boolean not null default true,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  constraint reporters_have_a_level check ((role = 'reporter') = (network_level is not null)),
  constraint jurisdiction_is_of_ubigeos check (array_to_string(jurisdiction, ',', '') ~ '^([0-9]{2}([0-9]{2}([0-9]{2})?)?(,|$))*$')
);
comment on table rimay.account is 'People with an account. Nobody is removed: whoever leaves is no longer active.';
comment on column rimay.account.login is 'What one signs in with, lower case.';
comment on column rimay.account.network_level is 'Of reporters: level of the alert network.';
comment on column rimay.account.jurisdiction is 'UBIGEO prefixes: departments, provinces, districts; empty for the whole country.';
comment on column rimay.account.password_hash is 'Argon2id, PHC string; null before the first password is chosen.';
create index on rimay.account (institution);

create table rimay.invitation (
  digest bytea primary key check (length(digest) = 32),
  account uuid references rimay.account on delete cascade,
  expires_at timestamptz not null
);
comment on table rimay.invitation is 'Links that let somebody choose a password once, by the SHA-256 of their secret. Without an account, the one for the first administrator.';

create table rimay.session (
  digest bytea primary key check (length(digest) = 32),
  account uuid not null references rimay.account on delete cascade,
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  expires_at timestamptz not null
);
comment on table rimay.session is 'Browsers that are signed in, by the SHA-256 of their secret.';
create index on rimay.session (account);

create table rimay.api_token (
  id uuid primary key default gen_random_uuid(),
  digest bytea not null unique check (length(digest) = 32),
  account uuid not null references rimay.account on delete cascade,
  name text not null check (length(name) between 1 and 100),
  scopes text[] not null check (scopes <> '{}'),
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  used_at timestamptz
);
comment on table rimay.api_token is 'Tokens that programs show in the place of a password, by the SHA-256 of their secret.';
create index on rimay.api_token (account);

create table rimay.audit_event (
  number bigint primary key,
  at timestamptz not null,
  account uuid,
  action text not null check (action ~ '^[a-z_]+(\.[a-z_]+)+$'),
  subject text not null,
  detail jsonb not null default '{}',
  previous bytea not null check (length(previous) = 32),
  digest bytea not null check (length(digest) = 32)
);
comment on table rimay.audit_event is 'What people did, one after another: each row holds the digest of the one before it, so that none can be changed or taken out unseen.';

create function rimay.audit_digest(e rimay.audit_event) returns bytea language sql immutable set search_path = pg_catalog as $$
  select sha256(e.previous || convert_to(concat_ws(E'\x1f', e.number, (extract(epoch from e.at) * 1000000)::bigint,
    coalesce(e.account::text, ''), e.action, e.subject, e.detail::text), 'UTF8'))
$$;
comment on function rimay.audit_digest is 'SHA-256 of the digest before and everything the row says.';

create function rimay.chain_audit_event() returns trigger language plpgsql set search_path = pg_catalog as $$
declare
  last rimay.audit_event;
begin
  -- One after another, and none before the one whose digest it holds is committed.
  perform pg_advisory_xact_lock(hashtextextended('rimay.audit_event', 0));
  select * into last from rimay.audit_event order by number desc limit 1;
  new.number := coalesce(last.number, 0) + 1;
  new.at := clock_timestamp();
  new.previous := coalesce(last.digest, sha256('rimay'));
  new.digest := rimay.audit_digest(new);
  return new;
end $$;
create trigger chained before insert on rimay.audit_event for each row execute function rimay.chain_audit_event();

create function rimay.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of %.% are never changed', tg_table_schema, tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger append_only before update or delete or truncate on rimay.audit_event
  for each statement execute function rimay.refuse_change();
