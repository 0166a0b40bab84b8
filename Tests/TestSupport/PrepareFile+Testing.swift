package import Core

extension PrepareFile {
    /// Pictures are what their headers say, and are stored as they come.
    package static let unchecked = PrepareFile { check, _, _, _ in
        PreparePicture.Prepared(bytes: nil, type: check.type, dimensions: check.dimensions)
    }
}
