-- The field's own terms for tables, columns and stored values. Nothing but names changes.

ALTER TABLE duties RENAME TO scheduled_tasks;
ALTER TABLE idempotency_keys RENAME COLUMN answer TO response;
ALTER TABLE assets RENAME COLUMN favourite_at TO favorite_at;
UPDATE job_events SET type = 'returned' WHERE type = 'handed_back';

ALTER TABLE stripe_prices RENAME COLUMN realm TO environment;
ALTER TABLE stripe_customers RENAME COLUMN realm TO environment;
ALTER TABLE checkouts RENAME COLUMN realm TO environment;
ALTER TABLE purchases RENAME COLUMN realm TO environment;
ALTER TABLE subscriptions RENAME COLUMN realm TO environment;
UPDATE stripe_prices SET environment = 'emulator' || substr(environment, 9) WHERE environment LIKE 'stand-in %';
UPDATE stripe_customers SET environment = 'emulator' || substr(environment, 9) WHERE environment LIKE 'stand-in %';
UPDATE checkouts SET environment = 'emulator' || substr(environment, 9) WHERE environment LIKE 'stand-in %';
UPDATE purchases SET environment = 'emulator' || substr(environment, 9) WHERE environment LIKE 'stand-in %';
UPDATE subscriptions SET environment = 'emulator' || substr(environment, 9) WHERE environment LIKE 'stand-in %';
