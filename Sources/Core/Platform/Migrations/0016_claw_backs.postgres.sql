ALTER TABLE transactions
    DROP CONSTRAINT transactions_kind_check,
    ADD CONSTRAINT transactions_kind_check CHECK (kind IN
        ('purchase', 'grant', 'bonus', 'reserve', 'capture', 'release', 'refund', 'claw_back', 'adjustment', 'expire'));
