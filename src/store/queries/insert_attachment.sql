-- A file of a case. $1: case, $2: name, $3: media type, $4: content, $5: class of the source, $6: account.
insert into rimay.case_attachment (case_id, name, media_type, content, source_class, recorded_by)
values ($1::text::uuid, $2, $3, $4, $5, $6::text::uuid)
returning id::text as "id!"
