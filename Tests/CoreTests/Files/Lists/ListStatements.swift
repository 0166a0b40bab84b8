@testable import Core
import SQL
import TestSupport

/// Every statement of lists, searches and galleries, run once on an account with many assets.
struct ListStatements {
    let many: ManyAssets
    let database: Database

    static var filters: [AssetFilter] {
        let (rare, usual, none) = (
            EndpointID(rawValue: "rare"), EndpointID(rawValue: "model 1"), EndpointID(rawValue: "none")
        )
        return [
            AssetFilter(), AssetFilter(kind: .output), AssetFilter(kind: .upload), AssetFilter(isFavorite: true),
            AssetFilter(tag: "red"), AssetFilter(jobKind: "image_edit"), AssetFilter(jobKind: .textToImage),
            AssetFilter(model: rare), AssetFilter(model: usual), AssetFilter(model: none),
            AssetFilter(isTrash: true), AssetFilter(model: rare, isFavorite: true),
            AssetFilter(jobKind: "image_edit", model: usual, tag: "red"), AssetFilter(kind: .upload, tag: "red"),
            AssetFilter(kind: .output, isFavorite: false), AssetFilter(tag: "red", isFavorite: true),
        ]
    }

    static let searches = ["sunset", "sun", "s", "harbor", "harb wo", "zebra", "zebra sunset", "none", "sunset none"]

    /// The first page, one from the middle, and one of a day.
    func pages(_ filter: AssetFilter) async throws {
        let middle = ID<Asset>.first(at: many.time(of: many.count / 2))
        let day = many.time(of: many.count / 3)
        var ofDay = filter
        (ofDay.from, ofDay.to) = (day, day + .seconds(86_400))
        for (filter, cursor) in [(filter, ID<Asset>?.none), (filter, middle), (ofDay, nil)] {
            _ = try await database.read { try $0.files.page(of: many.account, filter, after: cursor, limit: 21) }
        }
    }

    func range(at position: Int) async throws {
        _ = try await database.read { try $0.files.gallery(of: many.account, at: position, count: 60) }
    }
}
