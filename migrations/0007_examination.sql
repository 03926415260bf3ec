-- What examining a file needs.

-- Names are compared without case and accents.
create function rimay.folded(name text) returns text language sql immutable
  return lower(translate(trim(name), 'ÁÉÍÓÚÜÑáéíóúüñ', 'AEIOUUNaeiouun'));
comment on function rimay.folded is 'A name as it is compared: without accents, in small letters.';
