import SQL

extension PendingWrite {
    /// The same work seen through `view`. Once it is committed, or refused, its caller receives that outcome, or
    /// `failure` instead.
    func wrapped(
        through view: @escaping @Sendable (Transaction) -> Transaction = { $0 }, failure: (any Error)? = nil
    ) -> PendingWrite {
        let run = run
        let fail = fail
        if let member, failure == nil {
            let seen = Member(set: member.set, item: member.item) { member.together(view($0), $1) }
            return PendingWrite(order: order, member: seen, fail: fail)
        }
        return PendingWrite(order: order) { transaction -> @Sendable () -> Void in
            switch run(view(transaction)) {
            case .done(let deliver): return deliver
            case .broken(let error): throw error
            }
        } deliver: { result in
            switch result {
            case .success(let deliver): if let failure { fail(failure) } else { deliver() }
            case .failure(let error): fail(error)
            }
        }
    }
}

extension PendingWrite {
    /// Fails the write without running it.
    func refuse(_ error: any Error) { fail(error) }
}
