-- Institutions that are open, by their names.
select id, title_es, title_en from rimay.institution where closed_at is null order by title_es
