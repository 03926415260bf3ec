-- A kept question. $1: its id.
select question from rimay.overlap_question where id = $1
