#include "internal.h"

// Colors are converted when the picture is small, except those that cannot be resized as they are.
static VipsImage *shrunk(VipsImage *in, int32_t side) {
    VipsImage *out = NULL;
    if (in->Type == VIPS_INTERPRETATION_CMYK) in = darkroom_to_srgb(in);
    if (!in) return NULL;
    int failed = vips_thumbnail_image(in, &out, side, "height", side, "size", VIPS_SIZE_DOWN, NULL);
    in = step(in, failed, out);
    if (in) in = darkroom_to_srgb(in);
    if (!in) return NULL;
    out = NULL;
    failed = vips_cast_uchar(in, &out, NULL);
    return step(in, failed, out);
}

// The pixels and nothing else. Fields are not removed one by one: one could be forgotten.
static darkroom_picture *bare(VipsImage *in) {
    if (!in) return NULL;
    size_t length = 0;
    int bands = vips_image_get_bands(in);
    void *pixels = bands == 3 || bands == 4 ? vips_image_write_to_memory(in, &length) : NULL;
    if (bands != 3 && bands != 4) vips_error("darkroom", "the picture has %d bands", bands);
    VipsImage *out = pixels
        ? vips_image_new_from_memory_copy(
              pixels, length, vips_image_get_width(in), vips_image_get_height(in), bands, VIPS_FORMAT_UCHAR)
        : NULL;
    if (out) out->Type = VIPS_INTERPRETATION_sRGB;
    g_free(pixels);
    g_object_unref(in);
    return picture(out);
}

darkroom_picture *darkroom_thumbnail(const void *bytes, size_t length, darkroom_loader loader, int32_t side) {
    darkroom_picture_facts facts;
    if (darkroom_picture_inspect(bytes, length, loader, &facts)) return NULL;
    // No more than leaves a pixel of the shorter side: libwebp refuses to make less.
    double shrink = VIPS_MIN(VIPS_MAX(facts.width, facts.height) / (double)side, VIPS_MIN(facts.width, facts.height));
    VipsImage *in = darkroom_load(bytes, length, loader, shrink);
    return in ? bare(shrunk(in, side)) : NULL;
}

// libvips puts an EXIF block of its own into each WebP, whatever the picture has; WebPChunks leaves it out again.
int32_t darkroom_thumbnail_webp(const darkroom_picture *picture, int32_t quality, void **block, size_t *length) {
    return vips_webpsave_buffer(
        image(picture), block, length, "Q", quality, "effort", 2, "smart_subsample", TRUE, "strip", TRUE, NULL);
}
