-- Institutions by their names.
select id, title_es, title_en, closed_at is not null as "closed!" from rimay.institution order by title_es
