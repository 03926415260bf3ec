-- Counts follow the register case by case: which cases changed since it was at a position.
alter table rimay.conflict_case add column position bigint not null default 0;
create index on rimay.conflict_case (position);
comment on column rimay.conflict_case.position is 'Where the register was when the case, or one of its facts, last changed.';
grant select, update on rimay.case_position to rimay_register;
grant update (position) on rimay.conflict_case to rimay_register;

-- Lists of facts: the latest first.
drop index rimay.case_fact_kind_valid_from_idx;
create index on rimay.case_fact (kind, valid_from desc nulls last, id) where recorded_to is null;

create function rimay.merged_into_at(c rimay.conflict_case, known timestamptz) returns uuid language sql stable
  return case when known is null then c.merged_into else (
    select case when h.change = 'merged' then (h.detail ->> 'into')::uuid end from rimay.case_change h
    where h.case_id = c.id and h.change in ('merged', 'unmerged') and h.detail ->> 'case' = c.id::text and h.at <= known
    order by h.number desc limit 1) end;
comment on function rimay.merged_into_at is 'The record in which a case went on, as it was known at a time; null time for now.';
create function rimay.is_draft_at(c rimay.conflict_case, known timestamptz) returns boolean language sql stable
  return case when known is null then c.draft else coalesce((
    select (coalesce(h.detail -> 'after', h.detail -> 'sharing') ->> 'draft')::boolean from rimay.case_change h
    where h.case_id = c.id and h.change in ('created', 'changed') and h.at <= known
    order by h.number desc limit 1), c.draft or c.created_at > known) end;
comment on function rimay.is_draft_at is 'Whether a case was a draft, or not there yet, as it was known at a time; null time for now.';
