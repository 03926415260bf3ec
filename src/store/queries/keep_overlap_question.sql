-- Keeps a question; one that is kept already is the same. $1: its id, $2: the question.
insert into rimay.overlap_question (id, question) values ($1, $2) on conflict (id) do nothing
