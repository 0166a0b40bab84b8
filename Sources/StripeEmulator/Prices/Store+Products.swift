import Core

extension Store {
    func createProduct(_ call: Call) throws -> JSON {
        let parameters = call.parameters
        try parameters.allow("id", "name", "description", "active", "metadata", "default_price_data")
        let id = try parameters.text("id", limit: 100) ?? Kind.product.makeID()
        guard try transaction.kind(of: id) == nil else {
            throw APIError.invalid("id", "Product already exists.", code: "resource_already_exists")
        }
        var product = Product(id: id, created: now, updated: now, name: try parameters.required("name"))
        try read(parameters, into: &product)
        try transaction.insert(product)
        try emit("product.created", product)
        if let data = try parameters.part("default_price_data") {
            let price = try newPrice(data, product: product.id)
            product.defaultPrice = price.id
            try transaction.update(product)
        }
        return renderer.json(product)
    }

    func retrieveProduct(_ call: Call) throws -> JSON {
        renderer.json(try object(call.id, as: Product.self))
    }

    func updateProduct(_ call: Call) throws -> JSON {
        try call.parameters.allow("name", "description", "active", "metadata", "default_price")
        let old: Product = try object(call.id)
        var product = old
        if call.parameters.has("name") { product.name = try call.parameters.required("name") }
        try read(call.parameters, into: &product)
        if let price = try call.parameters.text("default_price") {
            product.defaultPrice = try object(price, param: "default_price", as: Price.self).id
        }
        if product != old { product.updated = now }
        try change(old, to: product, "product.updated")
        return renderer.json(product)
    }

    func listProducts(_ call: Call) throws -> JSON {
        let parameters = call.parameters
        try parameters.allow("limit", "starting_after", "ending_before", "active", "created", "ids")
        let (isActive, ids) = (try parameters.bool("active"), try parameters.texts("ids"))
        let isCreated = try createdFilter(parameters)
        return try list(call, at: "/v1/products", where: { (product: Product) in
            isCreated(product.created) && product.isActive == isActive ?? product.isActive
                && ids?.contains(product.id) ?? true
        }, renderer.json)
    }

    private func read(_ parameters: Parameters, into product: inout Product) throws {
        if parameters.has("description") { product.description = try parameters.text("description") }
        product.isActive = try parameters.bool("active") ?? product.isActive
        product.metadata = try parameters.metadata(product.metadata)
    }
}
