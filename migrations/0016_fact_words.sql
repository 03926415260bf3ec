-- Words are looked for in what facts say: folded once, when a fact is written, not for each question.
alter table rimay.case_fact add column words text
  generated always as (rimay.folded(coalesce(text || ' ', '') || coalesce(name || ' ', '') || coalesce(organisation, ''))) stored;
comment on column rimay.case_fact.words is 'What the fact says, as it is searched: without accents, in small letters.';

-- (What is generated is not worked out yet when this looks.)
create or replace function rimay.keep_facts() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
  if old.recorded_to is not null or new.recorded_to is null or new.recorded_to > clock_timestamp()
    or (to_jsonb(new) - '{recorded_to,closed_by,list,words}'::text[]) <> (to_jsonb(old) - '{recorded_to,closed_by,list,words}'::text[]) then
    raise exception 'facts are never written over: a version is closed, and the next one follows' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
