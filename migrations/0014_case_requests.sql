-- Which fact a request added is told by the case itself.
alter table rimay.case_request drop column fact;
