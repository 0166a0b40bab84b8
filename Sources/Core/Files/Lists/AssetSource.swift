import SQL

/// The index that a list is read by: of all that is asked for, what is rarest.
enum AssetSource: Hashable {
    /// By the full-text index, in its order where the engine has one.
    case words
    /// Through all that have words, each compared.
    case wordsInTurn
    case trash
    case tag(String)
    case favorites
    case model(EndpointID)
    case jobKind(KindName)
    case kind(Asset.Kind)
    case all

    init(_ filter: AssetFilter, in dialect: Dialect) {
        self = if filter.search != nil {
            dialect.findsWordsInOrder ? .words : .wordsInTurn
        } else if filter.isTrash {
            .trash
        } else if let tag = filter.tag {
            .tag(tag)
        } else if filter.isFavorite == true {
            .favorites
        } else if let model = filter.model {
            .model(model)
        } else if let kind = filter.jobKind {
            .jobKind(kind)
        } else if let kind = filter.kind {
            .kind(kind)
        } else {
            .all
        }
    }

    /// In the order of the words' numbers, and not of ids, which differ within a millisecond at the most.
    var isByNumber: Bool { self == .words || self == .wordsInTurn }

    /// Whether everything that it has is asked for: then nothing is looked through in vain.
    func isAll(of filter: AssetFilter) -> Bool {
        var rest = filter
        (rest.from, rest.to) = (nil, nil)
        switch self {
        // Among them are some in the trash.
        case .words, .wordsInTurn, .tag: return false
        case .trash: rest.isTrash = false
        case .favorites: rest.isFavorite = nil
        case .model: rest.model = nil
        case .jobKind: rest.jobKind = nil
        case .kind: rest.kind = nil
        case .all: break
        }
        return rest == AssetFilter()
    }

    /// The first `$3` of it before `$2`, of the account `$1`, by the value `$4`, which is empty where there is none. A
    /// bound at the old end would make PostgreSQL expect so few rows that it might sort them.
    var statement: Statement {
        switch self {
        case .words:
            """
            SELECT assets.*, hits.number FROM (
                SELECT number FROM \(.rowsWithWords(.prompts, "$4")) AS matching
                WHERE number < $2 ORDER BY number DESC LIMIT $3
            ) AS hits
            JOIN asset_words ON asset_words.number = hits.number JOIN assets ON assets.id = asset_words.asset_id
            """
        case .wordsInTurn:
            """
            SELECT assets.*, worded.number, worded.words FROM (
                SELECT number, asset_id, words FROM asset_words
                WHERE account_id = $1 AND number < $2 ORDER BY number DESC NULLS LAST LIMIT $3
            ) AS worded
            JOIN assets ON assets.id = worded.asset_id
            """
        case .trash:
            """
            SELECT * FROM assets
            WHERE account_id = $1 AND id < $2 AND deleted_at IS NULL AND trashed_at IS NOT NULL AND $4 = ''
            ORDER BY id DESC NULLS LAST LIMIT $3
            """
        // Compared as a row, it is in no order but that of the index that has all three.
        case .tag:
            """
            SELECT assets.* FROM (
                SELECT asset_id FROM asset_tags
                WHERE (account_id, tag, asset_id) < ($1, $4, $2) AND (account_id, tag, asset_id) >= ($1, $4, '')
                ORDER BY account_id DESC, tag DESC, asset_id DESC LIMIT $3
            ) AS tagged
            JOIN assets ON assets.id = tagged.asset_id
            """
        case .favorites: Self.listed("favorite_at IS NOT NULL AND $4 = ''")
        case .model: Self.listed("endpoint = $4")
        case .jobKind: Self.listed("job_kind = $4")
        case .kind(.output): Self.listed("output_index IS NOT NULL AND $4 = ''")
        case .kind(.upload): Self.listed("output_index IS NULL AND $4 = ''")
        case .all:
            """
            SELECT * FROM (
                SELECT * FROM (\(AssetSource.kind(.output).statement)) AS outputs
                UNION ALL SELECT * FROM (\(AssetSource.kind(.upload).statement)) AS uploads
            ) AS listed ORDER BY id DESC LIMIT $3
            """
        }
    }

    private static func listed(_ condition: Statement) -> Statement {
        """
        SELECT * FROM assets
        WHERE account_id = $1 AND id < $2 AND deleted_at IS NULL AND trashed_at IS NULL AND \(condition)
        ORDER BY id DESC NULLS LAST LIMIT $3
        """
    }
}

extension WordIndex {
    static let prompts = WordIndex(
        table: "asset_words", key: "number", words: "words", virtualTable: "asset_search")
}
