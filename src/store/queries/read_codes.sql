-- Codes of all institutions as they are now, list by list.
select institution as "institution!", list as "list!", code as "code!", title_es as "title_es!", title_en as "title_en!",
  retired as "retired!", version as "version!"
from rimay.code_now
order by list, institution, position, code
