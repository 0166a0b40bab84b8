import AsyncHTTPClient
import Core
import Foundation
import NIOCore
import NIOHTTP1
import TestSupport

/// Uploads and downloads over HTTP, beside nginx, which receives the same files by PUT and sends them from a folder.
///
/// An upload is checked, decoded once, hashed and synced before its response; nginx does none of it. A download by a
/// signed link asks the database whether the link was revoked.
struct FilesBench {
    let run: BenchRun

    private static let clients = 16
    private static let accounts = 400
    private static let pictures = [
        ThumbnailBench.Kind(name: "PNG of 1.3 megapixels", format: .png, width: 1296, height: 1024),
        ThumbnailBench.Kind(name: "JPEG of 12 megapixels", format: .jpeg, width: 4000, height: 3000),
    ]

    func callAsFunction() async throws {
        let threads = PictureThreads(count: 1)
        var files: [(kind: ThumbnailBench.Kind, path: String, size: Int)] = []
        for kind in Self.pictures {
            let bytes = try await threads.run { try ThumbnailBench.picture(kind) }
            let path = run.file("upload.\(kind.format.rawValue)")
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            files.append((kind, path, bytes.count))
        }
        try await threads.close()

        let nginx = try await Nginx.start(run)
        let bed = try await run.bed(.sqlite, accounts: Self.accounts)
        let server = try await run.serve(bed, environment: ["DARKROOM_STORAGE_QUOTA_MB": "1000000"])
        for (kind, path, size) in files {
            try await measureDownload(kind, path, size, bed, server, nginx)
            try await measureUpload(kind, path, size, bed, server, nginx)
        }
        await server.child.stop()
        await nginx?.server.child.stop()
    }

    private func measureDownload(
        _ kind: ThumbnailBench.Kind, _ path: String, _ size: Int, _ bed: BenchBed, _ server: BenchRun.Server,
        _ nginx: Nginx?
    ) async throws {
        run.note("download of a \(kind.name)")
        let link = try await upload(path, to: server, key: bed.accounts.secret(0))
        let ours = try await run.load(server.port, [RawRequest.get(link)], expecting: 200, clients: Self.clients)
        var peer: LoadResult?
        if let nginx {
            try FileManager.default.copyItem(atPath: path, toPath: "\(nginx.folder)/files/\(size)")
            peer = try await run.load(
                nginx.server.port, [RawRequest.get("/\(size)")], expecting: 200, clients: Self.clients)
        }
        add("download of a \(kind.name), \(Self.text(size))", ours.perSecond(200), peer?.perSecond(200), size)
    }

    private func measureUpload(
        _ kind: ThumbnailBench.Kind, _ path: String, _ size: Int, _ bed: BenchBed, _ server: BenchRun.Server,
        _ nginx: Nginx?
    ) async throws {
        run.note("upload of a \(kind.name)")
        let type = kind.format == .png ? "image/png" : "image/jpeg"
        let requests = (0..<bed.accounts.count).map {
            RawRequest.upload("POST", "/api/assets", key: bed.accounts.secret($0), type: type, length: size)
        }
        let ours = try await run.load(server.port, requests, body: path, expecting: 201, clients: Self.clients)
        var peer: LoadResult?
        if let nginx {
            // Files that are there already, so that each response is the same.
            let names = (0..<Self.clients * 4).map { "put-\(size)-\($0)" }
            for name in names { try Data().write(to: URL(fileURLWithPath: "\(nginx.folder)/files/\(name)")) }
            let puts = names.map { RawRequest.upload("PUT", "/\($0)", type: type, length: size) }
            peer = try await run.load(
                nginx.server.port, puts, body: path, expecting: 204, clients: Self.clients)
        }
        add("upload of a \(kind.name), \(Self.text(size))", ours.perSecond(201), peer?.perSecond(204), size)
    }

    private func add(_ what: String, _ rate: Double, _ peer: Double?, _ size: Int) {
        let megabytes = Double(size) / 1_000_000
        run.add(BenchRow(
            .files, nil, what, rate * megabytes, "MB/s",
            beside: peer.map { .init(name: "nginx", value: $0 * megabytes) }, goal: .ratio(.atLeast, 0.5),
            note: peer == nil ? Nginx.missing : nil))
    }

    private static func text(_ size: Int) -> String { "\(BenchRow.text(Double(size) / 1_000_000)) MB" }

    /// The path of the link to what was sent.
    private func upload(_ path: String, to server: BenchRun.Server, key: String) async throws -> String {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(server.port)/api/assets")
        request.method = .POST
        request.headers = ["Authorization": "Bearer \(key)", "Content-Type": "application/octet-stream"]
        request.body = .bytes(ByteBuffer(bytes: FileManager.default.contents(atPath: path) ?? Data()))
        let response = try await run.client.execute(request, timeout: .seconds(30))
        let body = try await response.body.collect(upTo: 1 << 20)
        guard response.status == .created, let url = try JSON(parsing: Data(body.readableBytesView))["url"]?.string,
            let start = url.range(of: "/files/")?.lowerBound
        else {
            throw Failure(.failed, "The upload returned \(response.status.code): \(String(buffer: body).prefix(300))")
        }
        return String(url[start...])
    }
}

/// Debian's nginx, which sends a folder's files and receives files into it.
private struct Nginx {
    static let missing = "nginx: not measured: install nginx"

    let server: BenchRun.Server
    let folder: String

    /// Returns nil if it is not installed.
    static func start(_ run: BenchRun) async throws -> Nginx? {
        guard RunningProxy.isInstalled else { return nil }
        let folder = run.file("nginx")
        try FileManager.default.createDirectory(atPath: folder + "/files", withIntermediateDirectories: true)
        let port = try await FreePorts.block()
        try Data("ready".utf8).write(to: URL(fileURLWithPath: folder + "/files/ready"))
        try Data(configuration(folder, port).utf8).write(to: URL(fileURLWithPath: folder + "/nginx.conf"))
        let server = try await run.start(
            RunningProxy.program, ["-e", folder + "/error.log", "-p", folder, "-c", folder + "/nginx.conf"],
            port: port, path: "/ready")
        return Nginx(server: server, folder: folder)
    }

    private static func configuration(_ folder: String, _ port: Int) -> String {
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map {
            "\($0)_temp_path \(folder)/\($0);"
        }
        return """
            daemon off;
            \(getuid() == 0 ? "user root;" : "")
            worker_processes auto;
            pid \(folder)/nginx.pid;
            events { worker_connections 512; }
            http {
                access_log off;
                sendfile on;
                tcp_nopush on;
                keepalive_requests 1000000;
                client_max_body_size 100m;
                \(temporary.joined(separator: "\n    "))
                server {
                    listen 127.0.0.1:\(port);
                    root \(folder)/files;
                    dav_methods PUT;
                }
            }
            """
    }
}
