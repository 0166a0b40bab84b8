-- Stands for the step of this number until it is here.
SELECT 1;
