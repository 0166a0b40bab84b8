import HTTPTypes
import Hummingbird

extension CORSMiddleware<AppContext> {
    /// For apps in a browser on another origin: what Supabase's clients and our own API send and read.
    init(darkroom origin: String) {
        self.init(
            allowOrigin: origin == "*" ? .originBased : .custom(origin),
            allowHeaders: [
                .authorization, .apiKey, .contentType, .darkroomAccount, .idempotencyKey, .lastEventID, .clientInfo,
                .supabaseVersion, .upsert, .prefer, .cacheControl, .range,
            ],
            allowMethods: [.get, .post, .put, .patch, .delete, .head, .options],
            exposedHeaders: [
                HTTPField.Name.requestID, .supabaseVersion, .totalCount, .link, .retryAfter, .eTag, .contentRange,
                .idempotentReplayed,
            ].map(\.canonicalName),
            maxAge: .seconds(3600))
    }
}
