-- The register has changed.
update rimay.case_position set position = position + 1
