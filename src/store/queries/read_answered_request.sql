-- The feature that the same request made before, and whether it asked for the same.
-- $1: layer id, $2: idempotency key, $3: properties, $4: WKB in EPSG:4326 or null.
select feature_id, digest = md5($3::jsonb::text || coalesce(encode($4::bytea, 'hex'), '')) as "is_same!"
from rimay.answered_request
where layer = $1 and idempotency_key = $2
