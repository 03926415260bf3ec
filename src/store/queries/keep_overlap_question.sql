-- Keeps a question, unless those kept fill 4 GiB; one that is kept already is the same. Says whether it is kept. $1: its id,
-- $2: the question.
with kept as (
  insert into rimay.overlap_question (id, question)
  select $1, $2 where pg_total_relation_size('rimay.overlap_question') < 4294967296
  on conflict (id) do nothing
  returning id
)
select exists (select from kept) or exists (select from rimay.overlap_question where id = $1) as "is_kept!"
