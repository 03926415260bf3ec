-- Keeps the report with its import. $1: import id, $2: report.
update rimay.import set report = $2 where id = $1
