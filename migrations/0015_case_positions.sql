-- Counts follow the register case by case: which cases changed since it was at a position.
alter table rimay.conflict_case add column position bigint not null default 0;
create index on rimay.conflict_case (position);
comment on column rimay.conflict_case.position is 'Where the register was when the case, or one of its facts, last changed.';
grant select, update on rimay.case_position to rimay_register;
grant update (position) on rimay.conflict_case to rimay_register;

-- Lists of facts: the latest first.
drop index rimay.case_fact_kind_valid_from_idx;
create index on rimay.case_fact (kind, valid_from desc nulls last, id) where recorded_to is null;
