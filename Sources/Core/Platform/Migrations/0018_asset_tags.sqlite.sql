INSERT INTO asset_tags (account_id, tag, asset_id)
SELECT DISTINCT assets.account_id, list.value, assets.id FROM assets, json_each(assets.tags) AS list
WHERE assets.deleted_at IS NULL AND assets.tags <> '[]';
