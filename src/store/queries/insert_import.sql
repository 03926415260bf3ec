-- Records an import and returns its id. The report is filled in at the end of the same transaction.
insert into rimay.import
  (layer, source, source_title, licence, attribution, demonstration, synthetic, file_name, file_sha256, crs_found, datum_operation, valid_on, received_by, report)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::text::date, $13, '{}')
returning id
