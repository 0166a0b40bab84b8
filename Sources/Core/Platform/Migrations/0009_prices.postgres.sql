CREATE FUNCTION prices_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a published price never changes';
END $$;
CREATE TRIGGER prices_stay BEFORE UPDATE ON prices FOR EACH ROW EXECUTE FUNCTION prices_stay();

CREATE FUNCTION prices_remain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM jobs WHERE price_version = OLD.version) THEN
        RAISE EXCEPTION 'a price that jobs were priced with is never deleted';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER prices_remain BEFORE DELETE ON prices FOR EACH ROW EXECUTE FUNCTION prices_remain();

CREATE FUNCTION audit_log_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what administrators did never changes and is never deleted';
END $$;
CREATE TRIGGER audit_log_stays BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_log_stays();
