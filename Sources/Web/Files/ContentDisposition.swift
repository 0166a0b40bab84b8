import Core

/// Whether a browser shows the file or saves it, and under what name (RFC 6266).
enum ContentDisposition {
    static func text(download: String?, name: String) -> String {
        let kind = download == nil ? "inline" : "attachment"
        let name = download.flatMap { $0.isEmpty ? nil : $0 } ?? name
        let plain = String(String.UnicodeScalarView(name.unicodeScalars.map { isPlain($0) ? $0 : "_" }))
        return "\(kind); filename=\"\(plain)\"; filename*=UTF-8''\(PercentEncoding.encode(name, keeping: .attribute))"
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        (0x20...0x7E).contains(scalar.value) && scalar != "\"" && scalar != "\\" && scalar != "%"
    }
}
