-- Codes that cases of the viewer's own institution have. $1: codes.
select code from rimay.conflict_case where institution = rimay.viewer() and code = any ($1)
