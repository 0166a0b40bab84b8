import Foundation

/// Small PNGs of one color, in forms that libvips is not asked to write elsewhere.
package enum ColorSample {
    /// 4 × 2 pixels of middle gray, with 16 bits.
    package static let gray16 = png(depth: 16, color: 0, row: (0..<4).flatMap { _ in [0x80, 0x00] as [UInt8] })
    /// Middle gray, half transparent.
    package static let grayAlpha = png(depth: 8, color: 4, row: (0..<4).flatMap { _ in [100, 128] as [UInt8] })
    package static let grayAlpha16 = png(
        depth: 16, color: 4, row: (0..<4).flatMap { _ in [0x80, 0, 0x80, 0] as [UInt8] })
    package static let rgba16 = png(
        depth: 16, color: 6, row: (0..<4).flatMap { _ in [0xFF, 0xFF, 0x80, 0, 0, 0, 0x80, 0] as [UInt8] })
    /// A palette of two, of which one is transparent in part.
    package static let palette = png(depth: 8, color: 3, row: [1, 1, 1, 1], [
        PictureFile.chunk("PLTE", [0, 0, 0, 10, 200, 30]), PictureFile.chunk("tRNS", [255, 64]),
    ])

    private static func png(depth: UInt8, color: UInt8, row: [UInt8], _ chunks: [[UInt8]] = []) -> [UInt8] {
        let header = PictureFile.big(4, 4) + PictureFile.big(2, 4) + [depth, color, 0, 0, 0]
        let rows = [0] + row + [0] + row
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + PictureFile.chunk("IHDR", header)
            + chunks.flatMap { $0 } + PictureFile.chunk("IDAT", stored(rows)) + PictureFile.chunk("IEND", [])
    }

    /// As zlib has what it does not compress.
    private static func stored(_ bytes: [UInt8]) -> [UInt8] {
        let count = PictureFile.little(bytes.count, 2)
        var (one, two) = (1, 0)
        for byte in bytes {
            one = (one + Int(byte)) % 65_521
            two = (two + one) % 65_521
        }
        return [0x78, 0x01, 1] + count + count.map { ~$0 } + bytes + PictureFile.big(two << 16 | one, 4)
    }

    /// 8 × 8 pixels, all ink but black and blue: red.
    package static let cmyk = Array(Data(base64Encoded: """
        /9j/7gAOQWRvYmUAZAAAAAAA/9sAQwABAQEBAQEBAQEBAQEBAQECAQEBAQECAQEBAgICAgICAgICAwMEAwMDAwMCAgMEAwMEBAQEBAIDBQUE\
        BAUEBAQE/8AAFAgACAAIBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAAB\
        fQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hp\
        anN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5\
        +v/aAA4EQwBNAFkASwAAPwD+/iv8/wDr/P8A6/v4r//Z
        """) ?? Data())
    /// 8 × 8 pixels of (200, 100, 50) in Display P3, with its profile.
    package static let displayP3 = Array(Data(base64Encoded: """
        iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAACbWlDQ1BJQ0MgUHJvZmlsZQAAeJxjYGB6kJOcW8wkwMCQm1dSFOTupBARGaXA\
        /oiBmUGEgZOBj0E2Mbm4wDfYLYQBCIoTy4uTS4pyGFDAt2sMjCD6sm5GYl5KdT7/6Qeujmb2/i6mp6XaJBnwA86U1OJkIP0BiOOSC4pKGBgY\
        eYBsnvKSAhBbAsgWKQI6CsjWAbHTIWwHEDsJwg4BqwkJcgayM4C4Ih2JnYTEhtoFAqzFAcbOyA4pSa0oAdHOzgYMoDCAiH4OBPuNUewMQqz5\
        PgOD7X4QCyHmBeRvNGdg4NqKENOwYGAQ5GJgOFGRXFpUBrVmGxDLMFgwhDAUMPQwrGA4wvCQkYFRidGNMZdxKuNBxg9MCkyhTN1MR5gZme2Z\
        m5iPsfCxRLIsZ/nJ6sO6hPUfWwzbPnZF9i72LxzJHFc5PTkPc9lz7ed24j7JE8LzkLeEj5NvEb8D/wOBVkFdwVtCXcJ2wt9ENokWipmJ/RU/\
        JTFTMk/KTVpJhlnmuewFub3y6xSWKM5TmqM8X2Wp6ka1A+pXNd5qcWlr6wTq1uit0r9nKGYUZDzF5KaZinmxxTErBesam/t2rvYbHBWdprkI\
        uPa7C3nM9tLw3u0b6PcuoD/INPhB6IRw10iGqH0xLXE+CdKJ75OPpy5L78wszI7PDcz3KnQr9ioNLI+rLKzuqF1Wf6LxQ4tcW0BHZ9fRXs7+\
        wInzJ3+e5j1j9Wy+uRXzny+KXnJtedjK22vS133f2L9Fa9uZnSV7FPddPdh7xOe4wMlbZ1afr78Uc9X2hsptoXssD/49/vOc8RXPW5kPJp8D\
        vhX/nP3n1P//ANTK0katYcCiAAAAFElEQVR4nGM8kWLEgA0wYRUdtBIAFmEBbiBAe9oAAAAASUVORK5CYII=
        """) ?? Data())
}
