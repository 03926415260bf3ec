-- Keeps in mind which feature a request made. $1: layer id, $2: idempotency key, $3: feature id.
insert into rimay.answered_request (layer, idempotency_key, feature_id) values ($1, $2, $3)
