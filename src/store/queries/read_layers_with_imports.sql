-- Layers into which anything was ever imported.
select distinct layer from rimay.import
