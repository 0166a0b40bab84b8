import SQL

extension StoreOutput {
    /// For `SettleJob`: the result of storing one output, whose row is inserted by the settlement. A broken output says
    /// whether another try may help; a failing database is not the output's fault and is thrown.
    package func outcome(_ source: OutputSource, trusting: Set<Origin> = []) async throws -> StoreOutcome {
        do {
            let output = try await self(
                source.index, of: source.job, source.account, from: source.url, trusting: trusting)
            return .stored(row(output, source))
        } catch OutputRefusal.black {
            return .unsafe
        } catch let error as FetchError {
            return .broken(error.reason, isTransient: error.isTransient)
        } catch let error as AssetError {
            return .broken(error.reason, isTransient: error.mayPass)
        } catch let error as FileStoreError {
            if case .tooLarge(let limit) = error {
                return .broken("it has more than \(limit) bytes", isTransient: false)
            }
            return .storeUnavailable("\(error)")
        }
    }

    private func row(_ output: StoredOutput, _ source: OutputSource) -> NewOutput {
        let now = time.now()
        return NewOutput(
            Asset(
                id: .make(at: now), account: source.account, createdBy: nil, job: source.job, outputIndex: output.index,
                key: output.key, name: "\(output.index + 1).\(output.type.fileExtension)", type: output.type,
                size: output.size, sha256: output.sha256, dimensions: output.dimensions, createdAt: now,
                expiresAt: now + rules.outputLifetime),
            isRegistered: true)
    }
}

extension FetchError {
    /// For the job's record; a provider's address may hold a secret, so only the host is named.
    package var reason: String {
        switch self {
        case .invalidAddress: "its address is not one that can be fetched"
        case .privateAddress(let host): "\(host) is not on the public internet"
        case .unresolved(let host): "\(host) was not found"
        case .tooManyRedirects: "it was redirected too often"
        case .status(let status, _): "its host answered \(status)"
        case .tooLarge(let limit): "it has more than \(limit) bytes"
        case .truncated: "it was cut short"
        case .timedOut: "it did not come in time"
        case .unreachable: "its host could not be reached"
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
        case .empty: "it is empty"
        case .wrongType(let found, _): "it is \(found ?? "neither an image nor a video of a known type")"
        case .damaged(let type): "it begins like \(type.name) but is damaged"
        case .tooManyPixels(let size): "it has \(size.width) × \(size.height) pixels"
        case .tooLarge(let limit): "it has more than \(limit) bytes"
        case .notFound, .quotaExceeded, .tooManyUploads, .inUse, .invalidName, .invalidTags, .removedMeanwhile:
            "it could not be kept"
        }
    }
}
