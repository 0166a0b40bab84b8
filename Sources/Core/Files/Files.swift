import SQL

/// Everything that is stored: uploads, outputs, and the links that open them.
package struct Files: Sendable {
    package struct Settings: Sendable {
        /// The folder of stored files, which all nodes share.
        package var folder: String
        package var rules: FileRules
        /// Whether files may be fetched from addresses that are not on the public internet.
        package var allowPrivate: Bool
        /// Whether nodes share the folder, so that each must prove that it has the same one.
        package var isShared: Bool
        /// How hosts are found that somebody else names.
        package var resolver = HostResolver.system()
        /// Pictures that are decoded at once.
        var pictureThreads = 2
        /// Certificates that stand for this installation besides those that it signs under.
        package var anchors = TrustAnchors.none
        /// This program, which is run again to decode HEIC and AVIF. Nil where they cannot be converted.
        package var pictureProgram: String?
        /// How outputs are marked.
        package var provenance = MarkOutputs.Settings()

        package init(
            folder: String, rules: FileRules = FileRules(), allowPrivate: Bool = false, isShared: Bool = false,
            pictureProgram: String? = nil
        ) {
            self.folder = folder
            self.rules = rules
            self.allowPrivate = allowPrivate
            self.isShared = isShared
            self.pictureProgram = pictureProgram
        }
    }

    package let store: any FileStore
    package let links: FileLinks
    package let assets: Assets
    package let gallery: Gallery
    package let storeUpload: StoreUpload
    package let fetchUpload: FetchUpload
    package let storeOutput: StoreOutput
    package let previews: Previews
    package let bulk: BulkTasks
    package let zip: ZipAssets
    package let checkProvenance: CheckProvenance
    package let readSettings: ReadSettings
    package let shares: Shares
    package let marks: MarkOutputs
    private let runBulkTasks: RunBulkTasks
    private let trashLifetime: Duration
    private let platform: Platform

    /// Throws where the folder cannot be made, or belongs to another installation.
    package init(_ platform: Platform, _ settings: Settings) async throws {
        let (database, time, logger) = (platform.database, platform.time, platform.logger)
        let store = try LocalFileStore(folder: settings.folder)
        if settings.isShared { try await FilesMark(folder: settings.folder).claim(database, time: time) }
        self.store = store
        self.platform = platform
        links = FileLinks(secret: platform.secrets.bytes(for: .signedLinks), publicURL: platform.publicURL, time: time)
        assets = Assets(database: database, store: store, time: time, logger: logger)
        gallery = Gallery(database: database, time: time, logger: logger)
        let marks = MarkOutputs(platform, settings.provenance)
        self.marks = marks
        let threads = PictureThreads(count: settings.pictureThreads)
        let prepare = PrepareFile(PreparePicture(
            threads: threads,
            convert: settings.pictureProgram.flatMap { ConvertPicture(program: $0, time: time, logger: logger) }))
        storeUpload = StoreUpload(
            database: database, store: store, prepare: prepare, rules: settings.rules, time: time, logger: logger)
        fetchUpload = FetchUpload(
            fetcher: Fetcher(
                policy: AddressPolicy(allowPrivate: settings.allowPrivate, requiresTLS: true),
                limits: FetchUpload.limits, time: time, resolver: settings.resolver),
            store: storeUpload)
        let poster = VideoPoster(store: store, time: time, logger: logger)
        previews = Previews(
            platform, store: store, count: Previews.defaultCount, poster: { try await poster($0) }, marks: marks)
        let probe = VideoProbe(store: store, time: time, logger: logger)
        trashLifetime = settings.rules.trashLifetime
        runBulkTasks = RunBulkTasks(database: database, time: time, logger: logger)
        bulk = BulkTasks(
            database: database, run: runBulkTasks, lifetime: trashLifetime, time: time, logger: logger)
        zip = ZipAssets(database: database, store: store, time: time)
        // Apart from decoding, so that who checks files cannot delay uploads and thumbnails.
        let reading = PictureThreads(count: 1, memory: 140 << 20, mostWaiting: 16)
        checkProvenance = CheckProvenance(
            database: database, store: store, threads: reading,
            anchors: { [anchors = settings.anchors] in try await marks.anchors().adding(anchors) }, time: time)
        readSettings = ReadSettings(assets: assets, store: store, threads: reading)
        shares = Shares(
            database: database,
            links: ShareLinks(secret: platform.secrets.bytes(for: .shareLinks), publicURL: platform.publicURL),
            time: time)
        storeOutput = StoreOutput(
            fetcher: Fetcher(
                policy: AddressPolicy(allowPrivate: settings.allowPrivate), time: time, resolver: settings.resolver),
            database: database, store: store, prepare: prepare, probe: { try await probe($0, $1) },
            marking: .init(marks, film: MarkFilm(threads: threads, tag: TagWebM(time: time))),
            rules: settings.rules, time: time)
    }

    var tasks: [ScheduledTask] {
        let (database, time) = (platform.database, platform.time)
        let deleteFiles = DeleteFiles(database: database, store: store, time: time, logger: platform.logger)
        let expireAssets = ExpireAssets(database: database, time: time)
        let abandoned = RemoveAbandonedUploads(store: store, time: time)
        let indexPrompts = IndexPrompts(database: database)
        let emptyTrash = EmptyTrash(database: database, lifetime: trashLifetime, time: time)
        let (bulkTasks, removeBulkTasks) = (runBulkTasks, RemoveBulkTasks(database: database, time: time))
        return [
            ScheduledTask("remove abandoned films", every: .seconds(3600), on: .eachNode) {
                VideoCopy.removeAbandoned(before: time.now() - VideoCopy.oldest)
            },
            ScheduledTask("delete files", every: .seconds(60)) { _ = try await deleteFiles.run() },
            ScheduledTask("expire assets", every: .seconds(600)) { _ = try await expireAssets.runOnce() },
            ScheduledTask("empty the trash", every: .seconds(600)) { _ = try await emptyTrash.runOnce() },
            ScheduledTask("run bulk tasks", every: .seconds(1), on: .eachNode) { _ = try await bulkTasks.runOnce() },
            ScheduledTask("remove bulk tasks", every: .seconds(3600)) { _ = try await removeBulkTasks.runOnce() },
            ScheduledTask("delete expired shares", every: .seconds(600)) { try await shares.deleteExpired() },
            ScheduledTask("remove abandoned uploads", every: .seconds(3600)) { _ = try await abandoned.runOnce() },
            ScheduledTask("index prompts", every: .seconds(5)) { try await indexPrompts.runOnce() },
        ]
    }
}
