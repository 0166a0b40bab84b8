-- Credits that are taken back with their payment have a kind of their own, bought credits lift limits, and a change of plan
-- states what it cost.

-- The limits of an account with bought credits left, where they are better than its plan's. It is not for sale.
INSERT INTO plans (name, title, monthly_credits, concurrent_jobs, jobs_per_hour, weight, head_start)
VALUES ('pay_as_you_go', 'Pay as you go', 0, 2, 60, 1, 0) ON CONFLICT (name) DO NOTHING;

ALTER TABLE checkouts ADD COLUMN billed {integer} CHECK (billed >= 0);     -- by a change of plan; NULL: by a page, its price
ALTER TABLE checkouts ADD COLUMN bill {text};                               -- the key of the purchase that it is: invoice:in_…
