-- How far the register is.
select position from rimay.case_position
