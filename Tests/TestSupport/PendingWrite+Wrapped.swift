import SQL

extension PendingWrite {
    /// The same work seen through `view`. Once it is committed, or refused, its caller hears that, or `answer` instead.
    func wrapped(
        through view: @escaping @Sendable (Transaction) -> Transaction = { $0 }, answer: (any Error)? = nil
    ) -> PendingWrite {
        let run = run
        let fail = fail
        if let member, answer == nil {
            let seen = Member(set: member.set, item: member.item) { member.together(view($0), $1) }
            return PendingWrite(order: order, member: seen, fail: fail)
        }
        return PendingWrite(order: order) { transaction -> @Sendable () -> Void in
            switch run(view(transaction)) {
            case .kept(let deliver): return deliver
            case .broken(let error): throw error
            }
        } deliver: { result in
            switch result {
            case .success(let deliver): if let answer { fail(answer) } else { deliver() }
            case .failure(let error): fail(error)
            }
        }
    }
}

extension PendingWrite {
    /// Tells its caller that it failed, without running it.
    func refuse(_ error: any Error) { fail(error) }
}
