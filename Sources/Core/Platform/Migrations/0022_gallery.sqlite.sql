-- The index takes its words from `asset_words`. Tokens are ASCII, or bytes that this tokenizer takes as they are. The
-- prefix indexes are for 1 to 6 characters behind the account's eight.
CREATE VIRTUAL TABLE asset_search USING fts5(
    words, content = 'asset_words', content_rowid = 'number', tokenize = 'ascii', detail = 'none', columnsize = 0,
    prefix = '9 10 11 12 13 14');
CREATE TRIGGER asset_words_added AFTER INSERT ON asset_words BEGIN
    INSERT INTO asset_search (rowid, words) VALUES (NEW.number, NEW.words);
END;
CREATE TRIGGER asset_words_removed AFTER DELETE ON asset_words BEGIN
    INSERT INTO asset_search (asset_search, rowid, words) VALUES ('delete', OLD.number, OLD.words);
END;
CREATE TRIGGER asset_words_stay BEFORE UPDATE ON asset_words
BEGIN SELECT RAISE(ABORT, 'the words of an asset never change'); END;

-- What the triggers below and this step insert into: `added` pictures more, at the hour of `id`, whose first twelve digits
-- are milliseconds.
CREATE VIEW gallery_changes AS SELECT account_id, hour AS id, count AS added FROM gallery_hours;
CREATE TRIGGER gallery_changes_count INSTEAD OF INSERT ON gallery_changes BEGIN
    INSERT INTO gallery_hours (account_id, hour, count, changes)
    VALUES (NEW.account_id, (
        (instr('123456789abcdef', substr(NEW.id, 1, 1)) << 44) | (instr('123456789abcdef', substr(NEW.id, 2, 1)) << 40)
        | (instr('123456789abcdef', substr(NEW.id, 3, 1)) << 36) | (instr('123456789abcdef', substr(NEW.id, 4, 1)) << 32)
        | (instr('123456789abcdef', substr(NEW.id, 5, 1)) << 28) | (instr('123456789abcdef', substr(NEW.id, 6, 1)) << 24)
        | (instr('123456789abcdef', substr(NEW.id, 7, 1)) << 20) | (instr('123456789abcdef', substr(NEW.id, 8, 1)) << 16)
        | (instr('123456789abcdef', substr(NEW.id, 10, 1)) << 12) | (instr('123456789abcdef', substr(NEW.id, 11, 1)) << 8)
        | (instr('123456789abcdef', substr(NEW.id, 12, 1)) << 4) | instr('123456789abcdef', substr(NEW.id, 13, 1))
        ) / 3600000, MAX(NEW.added, 0), 1)
    ON CONFLICT (account_id, hour) DO UPDATE SET count = count + NEW.added, changes = changes + 1, letters = NULL;
END;
INSERT INTO gallery_changes (account_id, id, added)
SELECT account_id, id, 1 FROM assets WHERE job_id IS NOT NULL AND deleted_at IS NULL AND trashed_at IS NULL;

CREATE TRIGGER assets_enter_gallery AFTER INSERT ON assets
WHEN NEW.job_id IS NOT NULL AND NEW.deleted_at IS NULL BEGIN
    INSERT INTO search_queue (priority, asset_id) VALUES (0, NEW.id);
    INSERT INTO gallery_changes (account_id, id, added) SELECT NEW.account_id, NEW.id, 1 WHERE NEW.trashed_at IS NULL;
END;
CREATE TRIGGER assets_change_gallery AFTER UPDATE OF deleted_at, trashed_at, width, height ON assets
WHEN NEW.job_id IS NOT NULL BEGIN
    INSERT INTO gallery_changes (account_id, id, added)
    SELECT NEW.account_id, NEW.id,
        (NEW.deleted_at IS NULL AND NEW.trashed_at IS NULL) - (OLD.deleted_at IS NULL AND OLD.trashed_at IS NULL)
    WHERE (OLD.deleted_at IS NULL AND OLD.trashed_at IS NULL) OR (NEW.deleted_at IS NULL AND NEW.trashed_at IS NULL);
    DELETE FROM asset_words WHERE asset_id = NEW.id AND NEW.deleted_at IS NOT NULL;
END;
