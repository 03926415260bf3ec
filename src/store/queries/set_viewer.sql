-- Rows are those that an institution may see, until the transaction ends; empty for the public. Questions are planned for what they
-- ask: most conditions of a list are not set, and a plan for any of them looks through all facts. $1: institution.
select set_config('rimay.viewer', $1, true) as "viewer!", set_config('plan_cache_mode', 'force_custom_plan', true) as "mode!"
