-- Whether anything was ever imported.
select exists (select from rimay.import) as "any!"
