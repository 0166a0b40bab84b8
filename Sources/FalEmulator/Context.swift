import Hummingbird
import NIOCore

/// The context of a request to the sandbox: it knows the connection, since some faults break it.
struct Context: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}
