-- Which assets have a tag: what `assets.tags` says of those that are not deleted, to be found by it.
CREATE TABLE asset_tags (
    account_id {text} NOT NULL REFERENCES accounts (id),
    tag {text} NOT NULL,
    asset_id {text} NOT NULL REFERENCES assets (id),
    PRIMARY KEY (account_id, tag, asset_id)
) {keyed};
CREATE INDEX asset_tags_by_asset ON asset_tags (asset_id);

CREATE INDEX assets_favorites ON assets (account_id, id) WHERE favorite_at IS NOT NULL AND deleted_at IS NULL;
