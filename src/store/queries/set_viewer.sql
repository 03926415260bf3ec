-- From here on rows are those that this institution may see. $1: the institution, or '' for the public.
select set_config('rimay.viewer', $1, true) as "viewer!"
