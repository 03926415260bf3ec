-- A file no longer belongs to a case; it stays in the history. $1: case, $2: file, $3: account.
update rimay.case_attachment set recorded_to = greatest(clock_timestamp(), recorded_from), closed_by = $3::text::uuid
where case_id = $1::text::uuid and id = $2::text::uuid and recorded_to is null
returning name
