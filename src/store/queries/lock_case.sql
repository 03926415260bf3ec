-- The case, for whoever may change it, until the transaction ends; null where the viewer may not see it. $1: case.
select version, sharing, shared_with, draft, merged_into::text as merged_into
from rimay.conflict_case
where id = $1::text::uuid and institution = rimay.viewer()
for update
