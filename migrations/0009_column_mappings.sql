-- How the columns of files that come again and again map to a layer's fields.
create table rimay.column_mapping (
  layer text not null references rimay.layer,
  name text not null check (char_length(name) between 1 and 100),
  columns jsonb not null check (jsonb_typeof(columns) = 'object'),
  saved_by text not null default rimay.writer(),
  saved_at timestamptz not null default now(),
  primary key (layer, name)
);
comment on table rimay.column_mapping is 'Named mappings of a file''s columns to the fields of a layer, kept for the next file.';
comment on column rimay.column_mapping.columns is 'Field, longitude or latitude → the column it comes from; an empty text for a field that has none.';
