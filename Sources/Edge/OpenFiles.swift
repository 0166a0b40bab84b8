import Foundation

/// How many files and connections this process may have open.
package enum OpenFiles {
    /// Raises the limit as far as the system allows, which often is a thousand times what a shell gives. Returns it.
    package static func raiseLimit() -> Int {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 256 }
        let given = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        if setrlimit(resource, &limit) != 0 { limit.rlim_cur = given }
        return Int(clamping: limit.rlim_cur)
    }
}
