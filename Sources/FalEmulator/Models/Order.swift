import Core

/// A checked input: what to make.
struct Order: Sendable {
    enum Work: Sendable {
        case paint(prompt: String, size: ImageSize)
        case remix(prompt: String, image: String, strength: Double)
        case restyle(prompt: String, image: String)
        case cutOut(image: String, withMask: Bool, maskOnly: Bool, cropped: Bool)
    }

    var work = Work.paint(prompt: "", size: .squareHD)
    var count = 1
    var seed: Int64?
    var format = PictureFormat.jpeg
    /// `sync_mode`: the files come inside the response, as `data:` URIs.
    var asDataURI = false

    init(seed: Int64?) {
        self.seed = seed
    }

    var prompt: String {
        switch work {
        case .paint(let prompt, _), .remix(let prompt, _, _), .restyle(let prompt, _): prompt
        case .cutOut: ""
        }
    }

    /// The picture it works on; nil if it needs none.
    var image: String? {
        switch work {
        case .paint: nil
        case .remix(_, let image, _), .restyle(_, let image), .cutOut(let image, _, _, _): image
        }
    }
}
