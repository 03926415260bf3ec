-- One file of a case, if the viewer may see it. $1: case, $2: file.
select name, media_type, content
from rimay.case_attachment
where case_id = $1::text::uuid and id = $2::text::uuid and recorded_to is null
