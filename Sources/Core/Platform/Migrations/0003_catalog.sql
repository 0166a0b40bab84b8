-- What can be asked for, who makes it and what it costs: rows, so that a new kind or endpoint needs no new code.

CREATE TABLE kinds (
    name {text} PRIMARY KEY,
    version {integer} NOT NULL,                                 -- of its parameters
    title {text} NOT NULL,
    parameters {text} NOT NULL,                                 -- JSON: a ParameterSchema
    formula {text} NOT NULL CHECK (formula IN ('image', 'training', 'refinement')),
    default_endpoint {text} NOT NULL,
    time_limit {integer} NOT NULL CHECK (time_limit > 0),       -- milliseconds from the first hand-over
    repeatable {integer} NOT NULL CHECK (repeatable IN (0, 1)), -- whether a lost attempt is followed by another
    disabled_at {integer}
) {strict};

CREATE TABLE endpoints (
    id {text} PRIMARY KEY,
    kind {text} NOT NULL REFERENCES kinds (name),
    provider {text} NOT NULL,                                   -- who speaks for it
    title {text} NOT NULL,
    complexity {integer} NOT NULL CHECK (complexity BETWEEN 10000 AND 20000),
    request {text} NOT NULL,                                    -- JSON: what is sent, with {parameter} where one goes
    cost_unit {text} NOT NULL CHECK (cost_unit IN ('image', 'megapixel', 'second', 'request')),
    cost {integer} NOT NULL CHECK (cost >= 0),                  -- micro-dollars a unit; 0: not known yet
    disabled_at {integer}
) {strict};
CREATE INDEX endpoints_by_kind ON endpoints (kind, id);

-- A published price never changes; a job names the version that it was priced with.
CREATE TABLE prices (
    version {integer} PRIMARY KEY,
    document {text} NOT NULL,                                   -- JSON: hundredths of a credit and ten-thousandths
    published_at {integer} NOT NULL
) {strict};

INSERT INTO prices (version, published_at, document) VALUES (1, 0, '{
    "image": {
        "base": 500, "factor": 12000,
        "resolutions": [
            {"upTo": 512, "multiplier": 5000}, {"upTo": 1024, "multiplier": 10000},
            {"upTo": 2048, "multiplier": 20000}, {"upTo": 4096, "multiplier": 40000}
        ],
        "qualities": {"standard": 10000, "high": 15000, "hd": 20000}
    },
    "training": {"base": 5000, "factor": 15000, "imagesIncluded": 5, "extraImage": 50},
    "refinement": {"base": 3000, "growth": 12000, "factor": 11000}
}');

INSERT INTO kinds (name, version, title, formula, default_endpoint, time_limit, repeatable, parameters) VALUES
    ('text_to_image', 1, 'A picture from words', 'image', 'fal-ai/flux/schnell', 3600000, 1, '[
        {"name": "prompt", "type": "text", "required": true, "minimum": 1, "maximum": 4000},
        {"name": "negativePrompt", "type": "text", "minimum": 1, "maximum": 2000},
        {"name": "resolution", "type": "resolution", "minimum": 256, "maximum": 4096, "default": "1024x1024"},
        {"name": "aspectRatio", "type": "aspectRatio"},
        {"name": "quality", "type": "choice", "choices": ["standard", "high", "hd"], "default": "standard"},
        {"name": "numImages", "type": "integer", "minimum": 1, "maximum": 4, "default": 1},
        {"name": "seed", "type": "integer", "minimum": 0, "maximum": 4294967295},
        {"name": "format", "type": "choice", "choices": ["png", "jpeg"], "default": "png"}
    ]'),
    ('style_transfer', 1, 'A picture in another style', 'image', 'fal-ai/flux/dev/image-to-image', 3600000, 1, '[
        {"name": "prompt", "type": "text", "required": true, "minimum": 1, "maximum": 4000},
        {"name": "inputAssetId", "type": "asset", "required": true},
        {"name": "strength", "type": "percent", "minimum": 1, "maximum": 100, "default": 80},
        {"name": "quality", "type": "choice", "choices": ["standard", "high", "hd"], "default": "standard"},
        {"name": "numImages", "type": "integer", "minimum": 1, "maximum": 4, "default": 1},
        {"name": "seed", "type": "integer", "minimum": 0, "maximum": 4294967295},
        {"name": "format", "type": "choice", "choices": ["png", "jpeg"], "default": "png"}
    ]'),
    ('background_removal', 1, 'A picture without its background', 'image', 'fal-ai/birefnet', 3600000, 1, '[
        {"name": "inputAssetId", "type": "asset", "required": true},
        {"name": "quality", "type": "choice", "choices": ["standard", "high", "hd"], "default": "standard"},
        {"name": "format", "type": "choice", "choices": ["png", "webp"], "default": "png"}
    ]');

-- Costs are fal.ai's published prices where it publishes them by these units.
INSERT INTO endpoints (id, kind, provider, title, complexity, cost_unit, cost, request) VALUES
    ('fal-ai/flux/schnell', 'text_to_image', 'fal', 'FLUX.1 schnell', 10000, 'megapixel', 3000, '{
        "prompt": "{prompt}", "image_size": {"width": "{width}", "height": "{height}"}, "num_images": "{numImages}",
        "seed": "{seed}", "output_format": "{format}"}'),
    ('fal-ai/flux/dev', 'text_to_image', 'fal', 'FLUX.1 dev', 13000, 'megapixel', 25000, '{
        "prompt": "{prompt}", "image_size": {"width": "{width}", "height": "{height}"}, "num_images": "{numImages}",
        "seed": "{seed}", "output_format": "{format}"}'),
    ('fal-ai/fast-sdxl', 'text_to_image', 'fal', 'Stable Diffusion XL', 10000, 'image', 0, '{
        "prompt": "{prompt}", "negative_prompt": "{negativePrompt}",
        "image_size": {"width": "{width}", "height": "{height}"}, "num_images": "{numImages}",
        "seed": "{seed}", "format": "{format}"}'),
    ('fal-ai/flux/dev/image-to-image', 'style_transfer', 'fal', 'FLUX.1 dev, from a picture', 13000, 'megapixel', 25000, '{
        "prompt": "{prompt}", "image_url": "{inputAssetId}", "strength": "{strength}", "num_images": "{numImages}",
        "seed": "{seed}", "output_format": "{format}"}'),
    ('fal-ai/birefnet', 'background_removal', 'fal', 'BiRefNet', 10000, 'image', 0, '{
        "image_url": "{inputAssetId}", "output_format": "{format}"}');
