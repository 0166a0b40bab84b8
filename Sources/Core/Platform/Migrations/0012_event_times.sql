-- Stripe's events by when they happened and when they came, for the books: there are more of them with every payment.
CREATE INDEX stripe_events_by_time ON stripe_events (created_at);
CREATE INDEX stripe_events_by_receipt ON stripe_events (received_at);
