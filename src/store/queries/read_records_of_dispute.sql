-- Who sees the records that go on in a case, and the one it goes on in itself. $1: case.
select sharing, shared_with, draft, (merged_into = $1::text::uuid) is true as "goes_on_in_it!"
from rimay.conflict_case
where merged_into = $1::text::uuid or id = (select merged_into from rimay.conflict_case where id = $1::text::uuid)
