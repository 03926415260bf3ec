-- Who may see a case. $1: case, $2: sharing, $3: shared with, $4: draft, $5: merged into or null.
update rimay.conflict_case set sharing = $2, shared_with = $3, draft = $4, merged_into = $5::text::uuid
where id = $1::text::uuid
