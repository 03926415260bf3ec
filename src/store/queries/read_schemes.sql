-- Schemes as they are now. 
select distinct on (scheme) scheme as "id", version, institution, title_es, title_en, definition_es, definition_en, conditions, source_classes
from rimay.scheme_version
order by scheme, version desc
