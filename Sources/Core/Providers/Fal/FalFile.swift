/// A file in a model's output. fal often leaves out all but the URL, so the bytes decide what it is.
package struct FalFile: Sendable, Hashable, Codable {
    package let url: String
    package let contentType: String?
    package let fileName: String?
    package let fileSize: Int?
    package let width: Int?
    package let height: Int?

    enum CodingKeys: String, CodingKey {
        case url, width, height
        case contentType = "content_type"
        case fileName = "file_name"
        case fileSize = "file_size"
    }

    package init(url: String, contentType: String?, fileName: String?, fileSize: Int?, width: Int?, height: Int?) {
        self.url = url
        self.contentType = contentType
        self.fileName = fileName
        self.fileSize = fileSize
        self.width = width
        self.height = height
    }

    /// Returns nil if there is no `url`: any object with one is a file, whichever other members it has or in whatever
    /// form.
    package init?(_ json: JSON) {
        guard let url = json["url"]?.string else { return nil }
        self.init(
            url: url, contentType: json["content_type"]?.string, fileName: json["file_name"]?.string,
            fileSize: json["file_size"]?.integer.flatMap { Int(exactly: $0) },
            width: json["width"]?.integer.flatMap { Int(exactly: $0) },
            height: json["height"]?.integer.flatMap { Int(exactly: $0) })
    }

    package var json: JSON {
        [
            "url": .string(url), "content_type": contentType.map { .string($0) } ?? .null,
            "file_name": fileName.map { .string($0) } ?? .null,
            "file_size": fileSize.map { .integer(Int64($0)) } ?? .null,
            "width": width.map { .integer(Int64($0)) } ?? .null, "height": height.map { .integer(Int64($0)) } ?? .null,
        ]
    }
}
