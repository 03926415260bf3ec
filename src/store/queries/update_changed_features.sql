-- Features of the source that the new file has otherwise, but for those that a person wrote.
-- $1: layer id, $2: source, $3: import id.
update rimay.feature f
set properties = i.properties, source_record = i.source_record, geom = i.geom, import_id = $3
from incoming_feature i
where f.layer = $1 and f.source = $2 and f.key = i.key and f.edited_at is null
  and (f.properties is distinct from i.properties or f.source_record is distinct from i.source_record
    or st_asbinary(f.geom) is distinct from st_asbinary(i.geom))
