import Core

/// What the template of a shared output shows.
struct SharePageContent {
    let styles: [String]
    let icon: String
    /// Of the page, for everybody.
    let url: String
    let isIndexed: Bool
    /// `picture` or `film`.
    let noun: String
    /// That it was made with AI, or that it was not.
    let origin: HTMLText
    /// What kind of job made it.
    let kind: HTMLText?
    let prompt: HTMLText?
    /// In a line or two, for previews of the link.
    let description: HTMLText
    let picture: Picture?
    let film: Film?
    /// A small copy, for previews of the link.
    let preview: Preview?
    let file: String
    let fileName: String
    let fileDetails: String

    struct Picture {
        let sources: String?
        let size: Size?
    }

    struct Film {
        let url: String
        let type: String
        let poster: String?
        let size: Size?
    }

    struct Preview {
        let url: String
        let size: Size?
    }

    struct Size {
        let width: Int
        let height: Int

        init(_ size: ImageSize) {
            width = size.width
            height = size.height
        }
    }

    /// The most bytes of a prompt in a preview of the link.
    private static let descriptionLimit = 300

    init(_ output: SharedOutput, path: String, url: String, styles: [String], icon: String) {
        let asset = output.asset
        let (isPicture, size) = (asset.type.isImage, asset.dimensions)
        let origin = Self.origin(output)
        self.styles = styles
        self.icon = icon
        self.url = url
        isIndexed = output.isIndexed
        noun = isPicture ? "picture" : "film"
        self.origin = HTMLText(origin)
        kind = output.isSimulated ? nil : output.kind.map { HTMLText($0) }
        prompt = output.prompt.map { HTMLText($0) }
        description = HTMLText(output.prompt.map { $0.onOneLine.beginning(bytes: Self.descriptionLimit) } ?? origin)
        file = path + "/file"
        fileName = ServeShared.name(of: asset)
        fileDetails = asset.type.name + (size.map { ", \($0.width) × \($0.height)" } ?? "")

        let sides = Self.thumbnails(of: asset)
        let largest = sides.last.map { (url: "\($0.side).webp", size: $0.size) }
        picture = isPicture ? Picture(sources: Self.sources(of: asset, sides, path), size: size.map { Size($0) }) : nil
        film = isPicture ? nil : Film(
            url: url + "/file", type: asset.type.contentType,
            poster: largest.map { "\(path)/thumbnails/\($0.url)" }, size: size.map { Size($0) })
        preview = largest.map { Preview(url: "\(url)/thumbnails/\($0.url)", size: $0.size.map { Size($0) }) }
    }

    private static func origin(_ output: SharedOutput) -> String {
        if output.isSimulated { return "Made by the sandbox, not AI." }
        return output.model.map { "Made with AI: \($0)." } ?? "Made with AI."
    }

    /// With the sizes in pixels that they have, where that is known.
    private static func thumbnails(of asset: Asset) -> [(side: Int, size: ImageSize?)] {
        guard asset.type.isImage || asset.preview != nil else { return [] }
        return Thumbnail.sides.sorted().map { side in (side, asset.dimensions.map { $0.shrunk(toFit: side) }) }
    }

    /// Smaller files for smaller screens, as `srcset` lists them. Of a GIF they would not move.
    private static func sources(
        of asset: Asset, _ thumbnails: [(side: Int, size: ImageSize?)], _ path: String
    ) -> String? {
        guard asset.type != .gif, let size = asset.dimensions else { return nil }
        let smaller = thumbnails.compactMap { thumbnail -> String? in
            guard let width = thumbnail.size?.width, width < size.width else { return nil }
            return "\(path)/thumbnails/\(thumbnail.side).webp \(width)w"
        }
        return smaller.isEmpty ? nil : (smaller + ["\(path)/file \(size.width)w"]).joined(separator: ", ")
    }
}

extension ImageSize {
    /// As a thumbnail of it is: never larger.
    fileprivate func shrunk(toFit side: Int) -> ImageSize {
        let longest = max(width, height)
        guard longest > side else { return self }
        return ImageSize(
            width: max(1, (width * side + longest / 2) / longest),
            height: max(1, (height * side + longest / 2) / longest))
    }
}
