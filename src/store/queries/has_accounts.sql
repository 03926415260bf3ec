-- Whether anybody has an account.
select exists (select from rimay.account) as "has_accounts!"
