import NIOCore
import Synchronization

/// The structure of a format, followed while the bytes of a file arrive: what is there says what is awaited next.
protocol FileStructure: Sendable {
    init()

    var awaited: AwaitedBytes { get set }
    var gathered: [UInt8] { get set }

    /// What was awaited is there.
    ///
    /// - Parameter bytes: Empty if they are of no interest.
    mutating func step(_ bytes: [UInt8])

    /// What was awaited is not there.
    mutating func fail()
}

enum AwaitedBytes: Sendable {
    /// So many, which begin something.
    case bytes(Int)
    /// So many of no interest.
    case skip(Int)
    /// The next 0xFF, before which there may be anything.
    case marker
    /// Zeros, up to the end: some who make films add them.
    case zeros
    /// What follows does not matter.
    case nothing
}

extension FileStructure {
    mutating func take(_ part: UnsafeRawBufferPointer) {
        var rest = part[...]
        while true {
            switch awaited {
            case .nothing:
                return
            case .zeros:
                if rest.contains(where: { $0 != 0 }) { fail() }
                return
            case .bytes(let count):
                let more = rest.prefix(count - gathered.count)
                gathered += more
                rest = rest.dropFirst(more.count)
                guard gathered.count == count else { return }
                let bytes = gathered
                gathered = []
                step(bytes)
            case .skip(let count):
                let skipped = min(count, rest.count)
                rest = rest.dropFirst(skipped)
                awaited = .skip(count - skipped)
                guard skipped == count else { return }
                step([])
            case .marker:
                guard let index = rest.firstIndex(of: 0xFF) else { return }
                rest = rest[(index + 1)...]
                step([])
            }
        }
    }
}

/// Follows the structure of a file whose parts pass by on their way to the store.
final class StructureWatcher<Structure: FileStructure>: Sendable {
    private let structure = Mutex(Structure())

    func take(_ part: ByteBuffer) {
        structure.withLock { structure in part.withUnsafeReadableBytes { structure.take($0) } }
    }

    /// As it is now.
    var value: Structure { structure.withLock { $0 } }
}
