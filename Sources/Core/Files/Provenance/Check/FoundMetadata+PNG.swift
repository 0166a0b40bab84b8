extension FoundMetadata {
    mutating func readPNG(_ file: [UInt8]) {
        let reader = ByteReader(file)
        var (position, steps) = (8, 0)
        while steps < Self.mostPieces, let length = reader.big32(at: position),
            let name = reader.text(at: position + 4, count: 4)
        {
            steps += 1
            let end = position + 12 + length
            guard end <= file.count else {
                if name == "caBX" { refuseManifest(.malformed) }
                return
            }
            take(name, file[(position + 8)..<(end - 4)], at: position..<end)
            if name == "IEND" { return }
            position = end
        }
    }

    private mutating func take(_ name: String, _ data: ArraySlice<UInt8>, at range: Range<Int>) {
        switch name {
        case "caBX":
            add(manifest: Array(data), at: [range])
        case "tEXt", "zTXt", "iTXt":
            guard let key = PNGText.key(of: data), isWanted(key), let text = PNGText(name, data) else { return }
            key == PNGText.xmp ? add(xmp: text.bytes) : add(text)
        default:
            break
        }
    }
}
