-- The feature that the same request made before. $1: layer id, $2: idempotency key.
select feature_id from rimay.answered_request where layer = $1 and idempotency_key = $2
