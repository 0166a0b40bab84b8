import SQL

extension Assets {
    /// The asset that the link opens, or of which it opens a small copy. Read on every request, so that a link that was
    /// revoked opens nothing from then on, on every node.
    package func find(_ link: CheckedLink) async throws -> Asset {
        try await database.read { transaction in
            guard let asset = try transaction.files.asset(linkedBy: link.key) else { throw AssetError.notFound }
            switch link.scope {
            case .epoch(let epoch):
                guard epoch == asset.linkEpoch else { throw LinkError.revoked }
            case .input:
                guard try transaction.files.unendedJob(using: asset.id) != nil else { throw LinkError.expired }
            }
            return asset
        }
    }

    /// Ends all links to the asset and its thumbnails that were given away, and its share. Links that are signed later
    /// are valid.
    package func revokeLinks(_ id: ID<Asset>, of account: ID<Account>) async throws -> Asset {
        try await database.write(of: account) { transaction in
            guard let asset = try transaction.files.revokeLinks(id, of: account) else { throw AssetError.notFound }
            try transaction.files.deleteShare(of: id, of: account)
            return asset
        }
    }
}

extension FileStatements {
    fileprivate func asset(linkedBy key: StorageKey) throws(DatabaseError) -> Asset? {
        guard let thumbnail = key.thumbnail else { return try asset(key: key) }
        return try asset(thumbnail.asset, of: thumbnail.account)
    }

    /// Returns the asset in its next epoch, or nil if there is none.
    fileprivate func revokeLinks(_ id: ID<Asset>, of account: ID<Account>) throws(DatabaseError) -> Asset? {
        try queryOne(
            """
            UPDATE assets SET link_epoch = link_epoch + 1
            WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL RETURNING *
            """, id, account)
            .map { row throws(DatabaseError) in try Asset(row) }
    }
}
