-- Demonstration data gives way to a real file. $1: layer id.
delete from rimay.feature f
where f.layer = $1
  and f.source in (select source from rimay.import where layer = $1 and demonstration)
