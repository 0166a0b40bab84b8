extension FoundMetadata {
    /// The segments before the first scan. What some write behind it is no longer read by who shows a picture.
    mutating func readJPEG(_ file: [UInt8]) {
        let reader = ByteReader(file)
        var stores = JPEGStores()
        var (position, steps) = (2, 0)
        walk: while steps < Self.mostPieces, reader[position] == 0xFF, let code = reader[position + 1] {
            steps += 1
            switch code {
            case 0xFF:
                position += 1
            case 0xD9, 0xDA:
                break walk
            case 0x01, 0xD0...0xD8:
                position += 2
            default:
                guard let length = reader.big16(at: position + 2), length >= 2, position + 2 + length <= file.count
                else {
                    if code == 0xEB { refuseManifest(.malformed) }
                    break walk
                }
                let range = position..<position + 2 + length
                take(code, file[(position + 4)..<range.upperBound], at: range, &stores)
                position = range.upperBound
            }
        }
        if case .unreadable = manifest { return }
        if stores.areTooLarge { return refuseManifest(.tooLarge) }
        for store in stores.found { add(manifest: store.bytes, at: store.ranges) }
    }

    /// - Parameter data: Without marker and length.
    private mutating func take(
        _ marker: UInt8, _ data: ArraySlice<UInt8>, at range: Range<Int>, _ stores: inout JPEGStores
    ) {
        switch marker {
        case 0xE1 where data.starts(with: JPEGSegment.xmp): add(xmp: data.dropFirst(JPEGSegment.xmp.count))
        case 0xE1 where data.starts(with: JPEGSegment.exif): add(exif: data.dropFirst(JPEGSegment.exif.count))
        case 0xEB: stores.take(Array(data), at: range)
        default: break
        }
    }
}

/// The boxes of JUMBF that a JPEG has in segments, of which each repeats the head of its box.
private struct JPEGStores {
    struct Store {
        let instance: Int
        var next: Int
        var bytes: [UInt8]
        var ranges: [Range<Int>]
    }

    private var stores: [Store] = []
    private(set) var areTooLarge = false
    private static let most = 8

    mutating func take(_ data: [UInt8], at range: Range<Int>) {
        let reader = ByteReader(data)
        guard !areTooLarge, reader.text(at: 0, count: 2) == "JP", let instance = reader.big16(at: 2),
            let sequence = reader.big32(at: 4), let size = reader.big32(at: 8), data.count >= 16
        else { return }
        if let index = stores.lastIndex(where: { $0.instance == instance && $0.next == sequence }) {
            stores[index].bytes += data.dropFirst(size == 1 ? 24 : 16)
            stores[index].ranges.append(range)
            stores[index].next += 1
        } else if stores.count < Self.most {
            stores.append(Store(instance: instance, next: sequence + 1, bytes: Array(data[8...]), ranges: [range]))
        }
        areTooLarge = stores.reduce(0) { $0 + $1.bytes.count } > FoundMetadata.manifestLimit
    }

    /// Those that are credentials: other standards keep their own in such boxes.
    var found: [Store] { stores.filter { ReadBox.beginsStore($0.bytes) } }
}
