import SQL

extension FileStatements {
    /// Whether `claimPreview` may find one. Read first, since mostly none is due.
    func isPreviewDue(_ priority: PreviewPriority, now: Instant) throws(DatabaseError) -> Bool {
        try queryOne(
            """
            SELECT 1 AS one FROM assets WHERE preview_priority = $1 AND preview_due_at <= $2 AND deleted_at IS NULL
            LIMIT 1
            """, priority.rawValue, now) != nil
    }

    /// The one that has been due longest. Nobody else claims it before the lease ends.
    func claimPreview(_ priority: PreviewPriority, now: Instant) throws(DatabaseError) -> PreviewClaim? {
        let until = now + PreviewClaim.lease
        return try claim(queryOne(
            """
            WITH due AS (
                SELECT id FROM assets WHERE preview_priority = $1 AND preview_due_at <= $2 AND deleted_at IS NULL
                ORDER BY preview_due_at LIMIT 1 \(.skipLocked)
            )
            UPDATE assets SET preview_due_at = $3, preview_tries = preview_tries + 1
            WHERE id IN (SELECT id FROM due) RETURNING *, (
                SELECT provider FROM attempts WHERE job_id = assets.job_id AND state = 'succeeded'
                ORDER BY number DESC LIMIT 1
            ) AS provider
            """, priority.rawValue, now, until), until)
    }

    /// Of one that is needed now: because it is due and its turn has not come, or because its thumbnails are lost.
    func claimPreview(of asset: ID<Asset>, now: Instant) throws(DatabaseError) -> PreviewClaim? {
        let until = now + PreviewClaim.lease
        return try claim(queryOne(
            """
            UPDATE assets SET preview_priority = 0, preview_due_at = $3, preview_tries = preview_tries + 1
            WHERE id = $1 AND deleted_at IS NULL
                AND (preview_due_at <= $2 OR preview_priority IS NULL AND thumb_hash IS NOT NULL)
            RETURNING *, (
                SELECT provider FROM attempts WHERE job_id = assets.job_id AND state = 'succeeded'
                ORDER BY number DESC LIMIT 1
            ) AS provider
            """, asset, now, until), until)
    }

    /// Whether there is one, or is to be one: else nothing can be made of the file.
    func hasPreview(_ asset: ID<Asset>) throws(DatabaseError) -> Bool {
        try queryOne(
            """
            SELECT 1 AS one FROM assets
            WHERE id = $1 AND deleted_at IS NULL AND (thumb_hash IS NOT NULL OR preview_priority IS NOT NULL)
            """, asset) != nil
    }

    func storePreview(_ preview: Asset.Preview, of asset: ID<Asset>) throws(DatabaseError) {
        try execute(
            """
            UPDATE assets SET thumb_hash = $2, color = $3, perceptual_hash = $4, preview_priority = NULL,
                preview_due_at = NULL, preview_tries = 0
            WHERE id = $1 AND deleted_at IS NULL
            """, asset, preview.thumbHash, preview.color.rgb, preview.perceptualHash)
    }

    /// To be tried again at `instant`. Has no effect once the lease is lost.
    func putOffPreview(_ claim: PreviewClaim, to instant: Instant) throws(DatabaseError) {
        try execute(
            "UPDATE assets SET preview_due_at = $3 WHERE id = $1 AND preview_due_at = $2", claim.asset.id,
            claim.until, instant)
    }

    /// As if it had not been claimed.
    func returnPreview(_ claim: PreviewClaim, now: Instant) throws(DatabaseError) {
        try execute(
            """
            UPDATE assets SET preview_due_at = $3, preview_tries = preview_tries - 1
            WHERE id = $1 AND preview_due_at = $2
            """, claim.asset.id, claim.until, now)
    }

    /// There will be none, and what is left of an earlier one is removed. Has no effect once the lease is lost.
    func giveUpPreview(_ claim: PreviewClaim, now: Instant) throws(DatabaseError) {
        let changed = try execute(
            """
            UPDATE assets SET preview_priority = NULL, preview_due_at = NULL, thumb_hash = NULL, color = NULL,
                perceptual_hash = NULL
            WHERE id = $1 AND preview_due_at = $2
            """, claim.asset.id, claim.until)
        if changed > 0, claim.asset.preview != nil { try releaseThumbnails(of: claim.asset, now: now) }
    }

    private func claim(_ row: Row?, _ until: Instant) throws(DatabaseError) -> PreviewClaim? {
        guard let row else { return nil }
        return PreviewClaim(
            asset: try Asset(row), provider: try row.get("provider"), tries: try row.get("preview_tries"), until: until)
    }
}

/// Thumbnails have no rows of their own: they belong to an asset that is not deleted and has a preview. Until the
/// preview is stored, and from when the asset is deleted, their keys are registered for removal.
extension FileStatements {
    /// The asset is about to have thumbnails stored. Returns false if some of them are being removed.
    func registerThumbnails(of asset: Asset, dueAt: Instant) throws(DatabaseError) -> Bool {
        for key in asset.thumbnailKeys {
            let row = try queryOne("SELECT 1 AS one FROM file_deletions WHERE key = $1 AND tries > 0", key)
            if row != nil { return false }
        }
        for key in asset.thumbnailKeys where try !registerPendingFile(key, dueAt: dueAt) { return false }
        return true
    }

    /// The files are stored and the asset is about to have its preview. Returns false, having changed nothing, if some
    /// of them have been removed meanwhile.
    func adoptThumbnails(of asset: Asset) throws(DatabaseError) -> Bool {
        for key in asset.thumbnailKeys where try !isRegistered(key) { return false }
        for key in asset.thumbnailKeys { try clearPendingFile(key) }
        return true
    }

    /// The asset has no thumbnails any more. What is registered already is just being stored, and stays so until then:
    /// otherwise it could be stored after it was removed, and nobody would know of it.
    func releaseThumbnails(of asset: Asset, now: Instant) throws(DatabaseError) {
        for key in asset.thumbnailKeys {
            try execute(
                "INSERT INTO file_deletions (key, due_at) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING", key, now)
        }
    }

    /// They have been removed. What is still to be stored stays registered.
    func clearReleasedThumbnails(of asset: Asset, now: Instant) throws(DatabaseError) {
        for key in asset.thumbnailKeys {
            try execute("DELETE FROM file_deletions WHERE key = $1 AND due_at <= $2", key, now)
        }
    }
}
