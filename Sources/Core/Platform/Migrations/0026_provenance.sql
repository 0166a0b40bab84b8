-- Of a file that is about to be published under the key: whose bytes its row must name. Two that are stored for the same
-- output differ by their signatures.
ALTER TABLE file_deletions ADD COLUMN sha256 {text};
