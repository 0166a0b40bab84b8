-- An account's members may read which customer it is at Stripe, and nothing else of this.
ALTER TABLE stripe_customers ENABLE ROW LEVEL SECURITY;
ALTER TABLE checkouts ENABLE ROW LEVEL SECURITY;
ALTER TABLE purchases ENABLE ROW LEVEL SECURITY;
ALTER TABLE disputes ENABLE ROW LEVEL SECURITY;
ALTER TABLE debts ENABLE ROW LEVEL SECURITY;
ALTER TABLE subscriptions ENABLE ROW LEVEL SECURITY;
ALTER TABLE stripe_events ENABLE ROW LEVEL SECURITY;

DO $$
BEGIN
    PERFORM set_config('search_path', format('%I, %I', current_schema() || '_client', current_schema()), true);
END $$;
CREATE POLICY own ON stripe_customers FOR SELECT TO darkroom_client USING (account_id = (SELECT client_account()));
GRANT SELECT (account_id, customer, created_at) ON stripe_customers TO darkroom_client;
CREATE VIEW stripe_customers WITH (security_invoker = true) AS
    SELECT account_id AS user_id, account_id, customer AS stripe_customer_id, instant(created_at) AS created_at FROM stripe_customers;
GRANT SELECT ON stripe_customers TO darkroom_client;
DO $$
BEGIN
    PERFORM set_config('search_path', format('%I', left(current_schema(), -length('_client'))), true);
END $$;
