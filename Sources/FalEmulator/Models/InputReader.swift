import Core
import Foundation

/// Reads the members of an input and collects complaints with the messages and types of pydantic, which fal's models
/// use. Ignores members that are not read, as most models do.
struct InputReader {
    private let input: JSON
    private(set) var complaints: [FalErrorDetail] = []
    private let longestText = 50_000

    init(_ input: JSON) {
        self.input = input
    }

    mutating func requiredText(_ name: String) -> String {
        if let text = text(name) { return text }
        if isMissing(name) { complain("missing", "Field required", name) }
        return ""
    }

    mutating func text(_ name: String) -> String? {
        guard !isMissing(name) else { return nil }
        guard let text = input[name]?.string else {
            complain("string_type", "Input should be a valid string", name)
            return nil
        }
        guard text.unicodeScalars.count <= longestText else {
            complain(
                "string_too_long", "String should have at most \(longestText) characters", name,
                context: ["max_length": .integer(Int64(longestText))])
            return nil
        }
        return text
    }

    /// An http(s) or data URL; fetched later.
    mutating func requiredURL(_ name: String) -> String {
        guard !isMissing(name), let url = input[name]?.string else {
            return requiredText(name)
        }
        if ["http://", "https://", "data:"].contains(where: { url.lowercased().hasPrefix($0) }) { return url }
        complain(
            "file_download_error", "Failed to download the file. Please check if the URL is accessible and try again.",
            name)
        return ""
    }

    mutating func bool(_ name: String) -> Bool? {
        guard !isMissing(name) else { return nil }
        guard let bool = input[name]?.bool else {
            complain("bool_type", "Input should be a valid boolean", name)
            return nil
        }
        return bool
    }

    mutating func integer(_ name: String, in range: ClosedRange<Int64>) -> Int64? {
        integer(input[name], in: range, at: [.string(name)])
    }

    mutating func number(_ name: String, in range: ClosedRange<Double>) -> Double? {
        guard !isMissing(name) else { return nil }
        guard let number = Self.double(input[name]) else {
            complain("float_type", "Input should be a valid number", name)
            return nil
        }
        check(
            number, range.lowerBound, range.upperBound, "\(range.lowerBound)", "\(range.upperBound)",
            at: [.string(name)])
        return number
    }

    mutating func format(_ name: String, among formats: [PictureFormat], usual: PictureFormat) -> PictureFormat {
        guard !isMissing(name) else { return usual }
        if let format = input[name]?.string.flatMap({ PictureFormat(rawValue: $0) }), formats.contains(format) {
            return format
        }
        let expected = formats.map { "'\($0.rawValue)'" }.joined(separator: " or ")
        complain("literal_error", "Input should be \(expected)", name, context: ["expected": .string(expected)])
        return usual
    }

    mutating func imageSize(_ name: String) -> ImageSize? {
        guard !isMissing(name) else { return nil }
        if let text = input[name]?.string {
            if let size = ImageSize.falNames[text] { return size }
            let expected = ImageSize.falNames.keys.sorted().map { "'\($0)'" }.joined(separator: ", ")
            complain("enum", "Input should be \(expected)", name, context: ["expected": .string(expected)])
            return nil
        }
        guard case .object(let size)? = input[name] else {
            complain("model_type", "Input should be a valid dictionary or one of the named sizes", name)
            return nil
        }
        let width = integer(size["width"] ?? .integer(512), in: ImageSize.falSides, at: [.string(name), "width"])
        let height = integer(size["height"] ?? .integer(512), in: ImageSize.falSides, at: [.string(name), "height"])
        guard let width, let height else { return nil }
        guard width * height <= Int64(ImageSize.paintedArea) else {
            complain(
                "image_too_large", "The sandbox supports at most \(ImageSize.paintedArea) pixels", name,
                context: ["max_width": 4096, "max_height": 4096])
            return nil
        }
        return ImageSize(width: Int(width), height: Int(height))
    }

    private static func double(_ value: JSON?) -> Double? {
        switch value {
        case .integer(let integer): Double(integer)
        case .decimal(let decimal): NSDecimalNumber(decimal: decimal).doubleValue
        default: nil
        }
    }

    private func isMissing(_ name: String) -> Bool {
        input[name] == nil || input[name] == .null
    }

    private mutating func integer(_ value: JSON?, in range: ClosedRange<Int64>, at location: [JSON]) -> Int64? {
        guard let value, value != .null else { return nil }
        guard let integer = value.integer else {
            complaints.append(FalErrorDetail("int_type", "Input should be a valid integer", at: ["body"] + location))
            return nil
        }
        let isGood = check(
            Double(integer), Double(range.lowerBound), Double(range.upperBound), "\(range.lowerBound)",
            "\(range.upperBound)",
            at: location)
        return isGood ? integer : nil
    }

    @discardableResult
    private mutating func check(
        _ value: Double, _ low: Double, _ high: Double, _ lowText: String, _ highText: String, at location: [JSON]
    ) -> Bool {
        if value < low {
            complaints.append(FalErrorDetail(
                "greater_than_equal", "Input should be greater than or equal to \(lowText)", at: ["body"] + location,
                context: ["ge": .decimal(Decimal(low))]))
        } else if value > high {
            complaints.append(FalErrorDetail(
                "less_than_equal", "Input should be less than or equal to \(highText)", at: ["body"] + location,
                context: ["le": .decimal(Decimal(high))]))
        }
        return value >= low && value <= high
    }

    private mutating func complain(_ type: String, _ message: String, _ name: String, context: JSON? = nil) {
        complaints.append(FalErrorDetail(type, message, at: ["body", .string(name)], context: context))
    }
}
