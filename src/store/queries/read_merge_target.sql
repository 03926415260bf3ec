-- The record that goes on in the place of a case of the viewer's. $1: case.
select merged_into::text as merged_into from rimay.conflict_case where id = $1::text::uuid and institution = rimay.viewer()
