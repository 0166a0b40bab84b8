CREATE TRIGGER prices_stay BEFORE UPDATE ON prices
BEGIN SELECT RAISE(ABORT, 'a published price never changes'); END;
CREATE TRIGGER prices_remain BEFORE DELETE ON prices WHEN EXISTS (SELECT 1 FROM jobs WHERE price_version = OLD.version)
BEGIN SELECT RAISE(ABORT, 'a price that jobs were priced with is never deleted'); END;

CREATE TRIGGER audit_log_stays BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'what administrators did never changes'); END;
CREATE TRIGGER audit_log_remains BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'what administrators did is never deleted'); END;
