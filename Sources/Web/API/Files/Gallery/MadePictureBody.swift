import Core

/// An output in the gallery: the asset, and what its job was.
struct MadePictureBody: Encodable {
    private let asset: AssetBody
    private let prompt: String?
    private let jobKind: String?
    private let model: String?
    private let price: Credits
    private let outputs: Int

    private enum Key: CodingKey {
        case prompt, jobKind, model, price, outputs
    }

    init(_ picture: MadePicture, _ links: FileLinks) {
        asset = AssetBody(picture.asset, links)
        prompt = picture.prompt
        jobKind = picture.asset.jobKind?.rawValue
        model = picture.asset.endpoint?.rawValue
        price = picture.price
        outputs = picture.outputs
    }

    func encode(to encoder: any Encoder) throws {
        try asset.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encodeIfPresent(prompt, forKey: .prompt)
        try container.encodeIfPresent(jobKind, forKey: .jobKind)
        try container.encodeIfPresent(model, forKey: .model)
        try container.encode(price, forKey: .price)
        try container.encode(outputs, forKey: .outputs)
    }
}
