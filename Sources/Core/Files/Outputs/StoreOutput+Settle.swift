import SQL

extension StoreOutput {
    /// For `SettleJob`: the result of storing one output, whose row is inserted by the settlement. A broken output says
    /// whether another try may help; a failing database is not the output's fault and is thrown.
    package func outcome(_ source: OutputSource, trusting: Set<Origin> = []) async throws -> StoreOutcome {
        do {
            let output = try await self(
                source.index, of: source.job, source.account, from: source.url, by: source.provider,
                trusting: trusting)
            return .stored(row(output, source))
        } catch OutputRefusal.black {
            return .unsafe
        } catch let error as FetchError {
            return .broken(error.reason, isTransient: error.isTransient)
        } catch AssetError.busy {
            return .storeUnavailable("too many pictures wait to be decoded")
        } catch let error as AssetError {
            return .broken(error.reason, isTransient: error.mayPass)
        } catch let error as FileStoreError {
            if case .tooLarge(let limit) = error {
                return .broken("the file is larger than \(limit) bytes", isTransient: false)
            }
            return .storeUnavailable("\(error)")
        }
    }

    private func row(_ output: StoredOutput, _ source: OutputSource) -> NewOutput {
        let now = time.now()
        return NewOutput(
            Asset(
                id: .make(at: now), account: source.account, createdBy: nil, job: source.job, outputIndex: output.index,
                key: output.key,
                name: OutputName.name(job: source.job, index: output.index, type: output.type, at: now),
                type: output.type, size: output.size, sha256: output.sha256, dimensions: output.dimensions,
                duration: output.duration, createdAt: now, expiresAt: now + rules.outputLifetime),
            isRegistered: true)
    }
}

extension FetchError {
    /// For the job's record; a provider's address may hold a secret, so only the host is named.
    package var reason: String {
        switch self {
        case .invalidAddress: "its URL is invalid"
        case .privateAddress(let host): "the host \(host) is not on the public internet"
        case .unencrypted(let host): "the address of \(host) is not https"
        case .unresolved(let host): "the host \(host) was not found"
        case .tooManyRedirects: "the host redirected too many times"
        case .status(let status, _): "the host returned HTTP \(status)"
        case .tooLarge(let limit): "the file is larger than \(limit) bytes"
        case .truncated: "the file is incomplete"
        case .timedOut: "the download timed out"
        case .unreachable: "the host is unreachable"
        case .busy: "too many files are being fetched"
        }
    }
}

extension AssetError {
    /// Half a file has a whole one behind it, perhaps; a file of another kind does not.
    fileprivate var mayPass: Bool {
        switch self {
        case .empty, .removedMeanwhile, .damaged: true
        default: false
        }
    }

    fileprivate var reason: String {
        switch self {
        case .empty: "the file is empty"
        case .wrongType(let found, _): "the file is \(found ?? "not a supported image or video")"
        case .damaged(let type): "the \(type.name) file is damaged"
        case .tooManyPixels(let size), .decodesTooLarge(let size, _):
            "the image is too large: \(size.width) × \(size.height) pixels"
        case .tooManyFrames(let count): "the animation has \(count) frames, or too many pixels in all of them"
        case .tooCostly(let type): "decoding the \(type.name) file takes too much time or memory"
        case .notConvertible(let type): "this server cannot convert \(type.name) files"
        case .tooLarge(let limit): "the file is larger than \(limit) bytes"
        case .busy, .notFound, .quotaExceeded, .tooManyUploads, .tooManyAtOnce, .inUse, .inTrash, .invalidName,
            .invalidTags, .removedMeanwhile:
            "the file could not be stored"
        }
    }
}
