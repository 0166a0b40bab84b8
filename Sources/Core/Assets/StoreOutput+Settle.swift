import SQL

extension StoreOutput {
    /// For `SettleJob`: what came of one output, with its row still to be inserted by the settlement. A broken output is
    /// told apart by whether another try may help; a failing database is not the output's fault and is thrown.
    package func outcome(_ source: OutputSource, trusting: Set<Origin> = []) async throws -> StoreOutcome {
        do {
            return .stored(insert(try await self(source.index, of: source.job, source.account, from: source.url, trusting: trusting), source))
        } catch OutputRefusal.black {
            return .unsafe
        } catch let error as FetchError {
            return .broken(error.words, isTransient: error.isTransient)
        } catch let error as AssetError {
            return .broken(error.words, isTransient: error.mayPass)
        } catch let error as FileStoreError {
            if case .tooLarge(let limit) = error { return .broken("it has more than \(limit) bytes", isTransient: false) }
            return .storeUnavailable("\(error)")
        }
    }

    /// Its id is made now, since a transaction may run more than once. Throws where the bytes have gone meanwhile.
    private func insert(_ output: StoredOutput, _ source: OutputSource) -> @Sendable (Transaction) throws -> Void {
        let now = time.now()
        let id = ID<Asset>.make(at: now)
        return { [rules] transaction in
            if try transaction.output(source.index, of: source.job) != nil { return }
            guard try transaction.canInsertOutput(output) else { throw AssetError.removedMeanwhile }
            try transaction.insertOutput(
                output, id: id, job: source.job, account: source.account, now: now, expiresAt: now + rules.outputLifetime)
        }
    }
}

extension FetchError {
    /// For the job's record; a provider's address may hold a secret, so only the host is named.
    package var words: String {
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

    fileprivate var words: String {
        switch self {
        case .empty: "it is empty"
        case .wrongType: "it is neither an image nor a video of a known type"
        case .damaged(let type): "it begins like \(type.name) but is damaged"
        case .tooManyPixels(let size): "it has \(size.width) × \(size.height) pixels"
        case .tooLarge(let limit): "it has more than \(limit) bytes"
        case .notFound, .quotaExceeded, .tooManyUploads, .inUse, .invalidName, .invalidTags, .removedMeanwhile: "it could not be kept"
        }
    }
}
