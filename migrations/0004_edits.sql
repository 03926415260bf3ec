-- Edits by hand outlive imports: what a person wrote is not undone by the next delivery of a file.

alter table rimay.feature add column edited_at timestamptz;
comment on column rimay.feature.edited_at is 'When a person last wrote an imported feature; imports leave such a feature as it is. Null when nobody did.';

create table rimay.removed_feature (
  layer text not null references rimay.layer,
  source text not null,
  key text not null,
  removed_at timestamptz not null default now(),
  primary key (layer, source, key)
);
comment on table rimay.removed_feature is 'Imported features that a person removed; imports do not bring them back.';

-- Written by hand, a code stands for one feature of its layer, however it was written.
create unique index feature_code_by_hand on rimay.feature (layer, (properties ->> 'code')) where source = 'direct';

create table rimay.answered_request (
  layer text not null references rimay.layer,
  idempotency_key text not null,
  feature_id bigint not null,
  digest text not null,
  answered_at timestamptz not null default now(),
  primary key (layer, idempotency_key)
);
comment on table rimay.answered_request is 'Requests that made a feature, by the Idempotency-Key they came with: sent again within a week, they make none.';
comment on column rimay.answered_request.digest is 'MD5 of what the request asked for: the key of another request is refused.';
