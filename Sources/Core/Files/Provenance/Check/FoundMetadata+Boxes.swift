extension FoundMetadata {
    /// A WebP by the chunks of its RIFF.
    mutating func readWebP(_ file: [UInt8]) {
        let reader = ByteReader(file)
        guard let size = reader.little32(at: 4) else { return }
        let end = min(8 + size, file.count)
        var (position, steps) = (12, 0)
        while steps < Self.mostPieces, position + 8 <= end, let name = reader.text(at: position, count: 4),
            let length = reader.little32(at: position + 4)
        {
            steps += 1
            guard position + 8 + length <= end else {
                if name == "C2PA" { refuseManifest(.malformed) }
                return
            }
            let data = file[(position + 8)..<(position + 8 + length)]
            let next = min(position + 8 + length + length & 1, end)
            switch name {
            case "XMP ": add(xmp: data)
            case "EXIF": add(exif: data)
            case "C2PA": add(manifest: Array(data), at: [position..<next])
            default: break
            }
            position = next
        }
    }

    /// A film, a HEIC or an AVIF by its outermost boxes. Credentials there bind the picture in a way of their own,
    /// which is not read.
    mutating func readBoxes(_ file: [UInt8]) {
        let reader = ByteReader(file)
        var (position, steps) = (0, 0)
        while steps < Self.mostPieces, var size = reader.big32(at: position),
            let type = reader.text(at: position + 4, count: 4)
        {
            steps += 1
            var head = 8
            if size == 1 {
                guard let high = reader.big32(at: position + 8), high == 0, let low = reader.big32(at: position + 12)
                else { return }
                (size, head) = (low, 16)
            } else if size == 0 {
                size = file.count - position
            }
            guard size >= head, position + size <= file.count else { return }
            if type == "uuid", size >= head + 16 {
                let kind = file[(position + head)..<(position + head + 16)]
                if kind.elementsEqual(MP4Packet.xmp) { add(xmp: file[(position + head + 16)..<(position + size)]) }
                if kind.elementsEqual(MP4Packet.credentials) { refuseManifest(.unsupported) }
            }
            position += size
        }
    }
}
