#include "internal.h"

// How much of the shrinking a decoder may do by itself. What it leaves out is not filtered, so that the last factor of
// two is resized properly, as vips_thumbnail does it.
static int jpeg_shrink(double shrink) {
    return shrink >= 16 ? 8 : shrink >= 8 ? 4 : shrink >= 4 ? 2 : 1;
}

// vips_thumbnail_buffer would choose the loader by the content. Here it is named, and told how large the picture has to
// be. PNG and GIF can only be decoded whole, a row after the other.
static VipsImage *load_shrunk(const void *bytes, size_t length, darkroom_loader loader, double shrink) {
    VipsImage *out = NULL;
    void *input = (void *)bytes;
    int failed = -1;
    switch (loader) {
    case DARKROOM_LOADER_JPEG:
        failed = vips_jpegload_buffer(
            input, length, &out, "shrink", jpeg_shrink(shrink), "fail_on", VIPS_FAIL_ON_TRUNCATED, "access",
            VIPS_ACCESS_SEQUENTIAL, NULL);
        break;
    case DARKROOM_LOADER_PNG:
        failed = vips_pngload_buffer(
            input, length, &out, "fail_on", VIPS_FAIL_ON_TRUNCATED, "access", VIPS_ACCESS_SEQUENTIAL, NULL);
        break;
    case DARKROOM_LOADER_WEBP:
        failed = vips_webpload_buffer(
            input, length, &out, "scale", shrink > 1 ? 1 / shrink : 1.0, "fail_on", VIPS_FAIL_ON_TRUNCATED, "access",
            VIPS_ACCESS_SEQUENTIAL, NULL);
        break;
    case DARKROOM_LOADER_GIF:
        failed = vips_gifload_buffer(
            input, length, &out, "fail_on", VIPS_FAIL_ON_TRUNCATED, "access", VIPS_ACCESS_SEQUENTIAL, NULL);
        break;
    default:
        vips_error("darkroom", "no loader for thumbnails of this format");
        break;
    }
    return failed ? NULL : out;
}

// A step of a chain: consumes `in`, whether or not the step works.
static VipsImage *step(VipsImage *in, int failed, VipsImage *out) {
    g_object_unref(in);
    return failed ? NULL : out;
}

// By the embedded profile if there is a valid one. Not by the export_profile of vips_thumbnail: 8.14 takes a picture
// without a profile through Lab, which makes (247, 25, 18) of pure red.
static VipsImage *to_srgb(VipsImage *in) {
    VipsImage *out = NULL;
    if (vips_image_get_typeof(in, VIPS_META_ICC_NAME)
        && !vips_icc_transform(in, &out, "srgb", "embedded", TRUE, "intent", VIPS_INTENT_PERCEPTUAL, NULL)) {
        return step(in, 0, out);
    }
    out = NULL;
    int failed = vips_colourspace(in, &out, VIPS_INTERPRETATION_sRGB, NULL);
    return step(in, failed, out);
}

// Colors are converted when the picture is small, except those that cannot be resized as they are.
static VipsImage *shrunk(VipsImage *in, int32_t side) {
    VipsImage *out = NULL;
    if (in->Type == VIPS_INTERPRETATION_CMYK) in = to_srgb(in);
    if (!in) return NULL;
    int failed = vips_thumbnail_image(in, &out, side, "height", side, "size", VIPS_SIZE_DOWN, NULL);
    in = step(in, failed, out);
    if (in) in = to_srgb(in);
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
    if (darkroom_vips_start() || darkroom_picture_inspect(bytes, length, loader, &facts)) return NULL;
    // No more than leaves a pixel of the shorter side: libwebp refuses to make less.
    double shrink = VIPS_MIN(VIPS_MAX(facts.width, facts.height) / (double)side, VIPS_MIN(facts.width, facts.height));
    VipsImage *in = load_shrunk(bytes, length, loader, shrink);
    return in ? bare(shrunk(in, side)) : NULL;
}

// libvips puts an EXIF block of its own into each WebP, whatever the picture has; WebPChunks leaves it out again.
int32_t darkroom_thumbnail_webp(const darkroom_picture *picture, int32_t quality, void **block, size_t *length) {
    return vips_webpsave_buffer(
        image(picture), block, length, "Q", quality, "effort", 2, "smart_subsample", TRUE, "strip", TRUE, NULL);
}
