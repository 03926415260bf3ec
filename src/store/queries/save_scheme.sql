-- The next version of a scheme, or a new one. $1: scheme, $2: institution, $3: title es, $4: title en, $5: definition es, $6: definition en,
-- $7: conditions, $8: classes of sources, $9: account, $10: version that was seen; 0 for a new one.
insert into rimay.scheme_version (scheme, version, institution, title_es, title_en, definition_es, definition_en, conditions, source_classes, recorded_by)
select $1, $10 + 1, $2, $3, $4, $5, $6, $7, $8, $9::text::uuid
where coalesce((select max(version) from rimay.scheme_version where scheme = $1), 0) = $10
returning version
