package import SQL

/// The product's schema, step by step.
package enum Schema {
    package static let migrator = Migrator([
        Migration(1, "accounts", PackageResources._001_accounts_sql),
        Migration(
            2, "ledger", PackageResources._002_ledger_sql,
            additions: [
                .sqlite: PackageResources._002_ledger_sqlite_sql, .postgres: PackageResources._002_ledger_postgres_sql,
            ]),
        Migration(3, "catalog", PackageResources._003_catalog_sql),
        Migration(
            4, "jobs", PackageResources._004_jobs_sql, additions: [.postgres: PackageResources._004_jobs_postgres_sql]),
        Migration(5, "assets", PackageResources._005_assets_sql),
        Migration(
            6, "client access", PackageResources._006_client_access_sql,
            additions: [.postgres: PackageResources._006_client_access_postgres_sql]),
        Migration(7, "duties", PackageResources._007_duties_sql),
        Migration(8, "totals", PackageResources._008_totals_sql),
        Migration(
            9, "prices", PackageResources._009_prices_sql,
            additions: [
                .sqlite: PackageResources._009_prices_sqlite_sql, .postgres: PackageResources._009_prices_postgres_sql,
            ]),
        Migration(
            10, "billing", PackageResources._010_billing_sql,
            additions: [.postgres: PackageResources._010_billing_postgres_sql]),
        Migration(11, "limits", PackageResources._011_limits_sql),
        Migration(12, "event times", PackageResources._012_event_times_sql),
        Migration(
            13, "names", PackageResources._013_names_sql,
            additions: [
                .sqlite: PackageResources._013_names_sqlite_sql, .postgres: PackageResources._013_names_postgres_sql,
            ]),
        Migration(14, "known networks", PackageResources._014_known_networks_sql),
        Migration(15, "plan months", PackageResources._015_plan_months_sql),
        Migration(
            16, "claw backs", PackageResources._016_claw_backs_sql,
            additions: [
                .sqlite: PackageResources._016_claw_backs_sqlite_sql,
                .postgres: PackageResources._016_claw_backs_postgres_sql,
            ]),
        Migration(17, "seeds", PackageResources._017_seeds_sql),
        Migration(
            18, "asset tags", PackageResources._018_asset_tags_sql,
            additions: [
                .sqlite: PackageResources._018_asset_tags_sqlite_sql,
                .postgres: PackageResources._018_asset_tags_postgres_sql,
            ]),
        Migration(19, "disabled until", PackageResources._019_disabled_until_sql),
        Migration(
            20, "pictures", PackageResources._020_pictures_sql,
            additions: [.postgres: PackageResources._020_pictures_postgres_sql]),
        Migration(
            21, "thumbnails", PackageResources._021_thumbnails_sql,
            additions: [.postgres: PackageResources._021_thumbnails_postgres_sql]),
        Migration(
            22, "gallery", PackageResources._022_gallery_sql,
            additions: [
                .sqlite: PackageResources._022_gallery_sqlite_sql,
                .postgres: PackageResources._022_gallery_postgres_sql,
            ]),
        Migration(
            23, "trash", PackageResources._023_trash_sql,
            additions: [.postgres: PackageResources._023_trash_postgres_sql]),
        Migration(
            24, "shares", PackageResources._024_shares_sql,
            additions: [
                .sqlite: PackageResources._024_shares_sqlite_sql,
                .postgres: PackageResources._024_shares_postgres_sql,
            ]),
        Migration(25, "check", PackageResources._025_check_sql),
        Migration(26, "provenance", PackageResources._026_provenance_sql),
    ])

    /// The tables that its steps fill; an operator may change their rows.
    package static let seeded: Set<String> = ["plans", "packs", "kinds", "endpoints", "prices"]

    /// The tables that follow from others: triggers and tasks fill them, in a copy too.
    package static let derived: Set<String> = ["asset_words", "search_queue", "gallery_hours"]
}
