-- A feature's layer is that of its partition, which is made where the layer is declared: asking the table of layers for each row
-- again only costs time.
alter table rimay.feature drop constraint feature_layer_fkey;
