/// The boxes of an MP4 (ISO/IEC 14496-12, 4.2): a size that counts itself, and a name of four letters.
extension VideoEnd {
    mutating func stepInMP4(_ bytes: [UInt8]) {
        let reader = ByteReader(bytes)
        if case .largeBox = place {
            // In eight bytes; no file here has more than four can say.
            guard reader.big32(at: 0) == 0, let size = reader.big32(at: 4), size >= 16 else { return fail() }
            return expect(.skip(size - 16), .largeBox)
        }
        guard let size = reader.big32(at: 0), let name = reader.text(at: 4, count: 4) else { return fail() }
        if bytes.allSatisfy({ $0 == 0 }) { return expect(.zeros, .box) }
        if name == "moov" { hasIndex = true }
        if name == "mdat" { hasContent = true }
        switch size {
        case 0: hasIndex ? decide() : fail()     // Up to the end of the file, wherever that is.
        case 1: expect(.bytes(8), .largeBox)
        case 8...: expect(.skip(size - 8), .box)
        default: fail()
        }
    }
}
