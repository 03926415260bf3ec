-- A case without facts. $1: code or null for one at random, $2: institution, $3: sharing, $4: shared with, $5: draft,
-- $6: synthetic, $7: account.
insert into rimay.conflict_case (code, institution, sharing, shared_with, draft, synthetic, created_by)
values (coalesce($1, upper($2) || '-' || upper(substr(translate(gen_random_uuid()::text, '-', ''), 1, 8))), $2, $3, $4, $5, $6, $7::text::uuid)
returning id::text as "id!"
