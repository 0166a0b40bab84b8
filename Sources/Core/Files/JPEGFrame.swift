/// The frame header of a JPEG, which is behind the metadata, however much there is.
struct JPEGFrame {
    /// Where its marker is.
    let position: Int
    let marker: UInt8

    /// Walks the segments. Returns nil if they lead to no frame.
    init?(_ bytes: ByteReader) {
        guard let (position, marker) = Self.segment(in: bytes, from: 2, where: { marker in
            (0xC0...0xCF).contains(marker) && ![0xC4, 0xC8, 0xCC].contains(marker)
        }) else { return nil }
        (self.position, self.marker) = (position, marker)
    }

    /// The bytes that libjpeg holds for each pixel, rounded up.
    ///
    /// It reads most pictures line by line. Of one whose data come in several scans, progressive or not, it holds all
    /// coefficients until the last scan: two bytes for each sample.
    func bytesPerPixel(in bytes: ByteReader) -> Int {
        guard let components = bytes[position + 9].map(Int.init), (1...4).contains(components) else { return 8 }
        guard isProgressive || !isOneScan(of: components, in: bytes) else { return components }
        guard let factors = factors(components, in: bytes) else { return 2 * components }
        return max(components, (2 * factors.samples + factors.whole - 1) / factors.whole)
    }

    var isProgressive: Bool { [0xC2, 0xC6, 0xCA, 0xCE].contains(marker) }

    /// All coefficients of a picture with so many pixels: two bytes for each sample.
    func coefficientBytes(of pixels: Int, in bytes: ByteReader) -> Int {
        guard let components = bytes[position + 9].map(Int.init), (1...4).contains(components),
            let factors = factors(components, in: bytes)
        else { return 8 * pixels }
        return 2 * pixels * factors.samples / factors.whole
    }

    /// Whether each pixel has a color of its own, and not a share in one of four.
    func hasAllColors(in bytes: ByteReader) -> Bool {
        guard let components = bytes[position + 9].map(Int.init), let factors = factors(components, in: bytes)
        else { return true }
        return factors.samples == factors.whole * components
    }

    /// The samples of all components in one unit of the picture, and its pixels.
    private func factors(_ components: Int, in bytes: ByteReader) -> (samples: Int, whole: Int)? {
        var (samples, widest, highest) = (0, 1, 1)
        for index in 0..<components {
            guard let factors = bytes[position + 11 + 3 * index].map(Int.init) else { return nil }
            let (across, down) = (factors >> 4, factors & 15)
            guard (1...4).contains(across), (1...4).contains(down) else { return nil }
            samples += across * down
            (widest, highest) = (max(widest, across), max(highest, down))
        }
        return (samples, widest * highest)
    }

    /// Whether the first scan has all components. Behind so many tables that it is not in `bytes`, it counts as not.
    private func isOneScan(of components: Int, in bytes: ByteReader) -> Bool {
        guard let length = bytes.big16(at: position + 2), length >= 2,
            let (scan, _) = Self.segment(in: bytes, from: position + 2 + length, where: { $0 == 0xDA })
        else { return false }
        return bytes[scan + 4] == UInt8(components)
    }

    private static func segment(
        in bytes: ByteReader, from start: Int, where isWanted: (UInt8) -> Bool
    ) -> (position: Int, marker: UInt8)? {
        var position = start
        while let marker = bytes[position + 1], bytes[position] == 0xFF {
            if isWanted(marker) { return (position, marker) }
            switch marker {
            case 0xFF:
                position += 1
            case 0x01, 0xD0...0xD8:
                position += 2
            case 0xD9, 0xDA:
                return nil
            default:
                guard let length = bytes.big16(at: position + 2), length >= 2 else { return nil }
                position += 2 + length
            }
        }
        return nil
    }
}
