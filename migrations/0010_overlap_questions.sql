-- Questions about what lies on what, each with the time of knowing it was asked at: asked again they have the same answer.
create table rimay.overlap_question (
  id text primary key check (id ~ '^[0-9a-f]{20}$'),
  question jsonb not null check (jsonb_typeof(question) = 'object'),
  asked_at timestamptz not null default now()
);
comment on table rimay.overlap_question is 'Questions about what lies on what, by the name that follows from them. They are kept so that their answers can be had again.';
