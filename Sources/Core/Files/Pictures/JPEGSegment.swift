/// Segments of a JPEG, and what those begin with that say something about the picture.
enum JPEGSegment {
    static let exif = Array("Exif\0\0".utf8)
    static let xmp = Array("http://ns.adobe.com/xap/1.0/\0".utf8)

    static func bytes(_ marker: UInt8, _ data: [UInt8]) -> [UInt8] {
        [0xFF, marker] + Octets.big(data.count + 2, 2) + data
    }
}
