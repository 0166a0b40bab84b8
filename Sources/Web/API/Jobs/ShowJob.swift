import Core
import Hummingbird

/// `GET /api/jobs/{id}` with everything about it, and `GET /api/generate/{id}` with the result alone.
struct ShowJob: Sendable {
    private let read: ReadJob
    private let links: FileLinks
    private let time: Time

    init(read: ReadJob, links: FileLinks, time: Time) {
        self.read = read
        self.links = links
        self.time = time
    }

    @Sendable func show(_ request: Request, _ context: AccountContext) async throws -> Response {
        .json(JobDetailsBody(try await details(context), links: links, now: time.now()))
    }

    private struct Result: Encodable {
        let id: String
        let status: JobState
        let progress: ProgressBody
        let result: Images?
        let error: JobBody.Failure?

        struct Images: Encodable {
            let images: [Image]
            let seed: UInt64?
        }

        struct Image: Encodable {
            let id: String
            let url: String
            let expiresAt: String
            let contentType: String
            let width: Int?
            let height: Int?
            let thumbHash: String?
            let color: String?
            let thumbnails: [String: String]?
        }
    }

    @Sendable func result(_ request: Request, _ context: AccountContext) async throws -> Response {
        let details = try await details(context)
        let images = details.outputs.map { asset in
            let link = links.link(to: asset)
            return Result.Image(
                id: asset.id.rawValue, url: link.url, expiresAt: link.expiresAt.text,
                contentType: asset.type.contentType, width: asset.dimensions?.width, height: asset.dimensions?.height,
                thumbHash: asset.preview?.thumbHash, color: asset.preview?.color.css,
                thumbnails: links.thumbnailURLs(of: asset))
        }
        return .json(Result(
            id: details.job.id.rawValue, status: details.job.state, progress: ProgressBody(details, now: time.now()),
            result: details.job.state == .completed ? .init(images: images, seed: details.job.seed) : nil,
            error: details.job.failure.map { JobBody.Failure(code: $0.code, message: $0.message) }))
    }

    private func details(_ context: AccountContext) async throws -> JobDetails {
        guard let id = context.parameters.get("id").flatMap({ ID<Job>(checking: $0) }),
            let details = try await read(id, of: context.account)
        else { throw APIError.notFound("job") }
        return details
    }
}
