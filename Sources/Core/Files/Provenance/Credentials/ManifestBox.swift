/// A box of JUMBF (ISO/IEC 19566-5), which a manifest of content credentials is built of.
enum ManifestBox {
    /// A box with its size and four letters.
    static func plain(_ type: String, _ content: [UInt8]) -> [UInt8] {
        Octets.big(8 + content.count, 4) + Array(type.utf8) + content
    }

    /// A box of boxes, which begins with a description of itself.
    ///
    /// - Parameter type: The four letters that its type's UUID begins with.
    static func labeled(_ type: String, _ label: String, _ children: [[UInt8]]) -> [UInt8] {
        plain("jumb", content(type, label, children))
    }

    /// What a hash of the box is made of: all of it but its size and its letters.
    static func content(_ type: String, _ label: String, _ children: [[UInt8]]) -> [UInt8] {
        let rest: [UInt8] = [0x00, 0x11, 0x00, 0x10, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71]
        // It can be asked for, and has a label.
        let description = Array(type.utf8) + rest + [3] + Array(label.utf8) + [0]
        return plain("jumd", description) + children.flatMap { $0 }
    }
}
