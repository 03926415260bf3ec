-- Keeps in mind for a week which feature a request made.
-- $1: layer id, $2: idempotency key, $3: feature id, $4: properties, $5: WKB in EPSG:4326 or null.
with old as (delete from rimay.answered_request where answered_at < now() - interval '7 days')
insert into rimay.answered_request (layer, idempotency_key, feature_id, digest)
values ($1, $2, $3, md5($4::jsonb::text || coalesce(encode($5::bytea, 'hex'), '')))
