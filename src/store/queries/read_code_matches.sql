-- The crosswalk.
select institution, list, code, to_institution, to_code, relation, version from rimay.code_match order by list, institution, code, to_institution
