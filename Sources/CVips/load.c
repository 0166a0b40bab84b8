#include "internal.h"

// How much of the shrinking a decoder of JPEG may do by itself. What it leaves out is not filtered.
static int jpeg_shrink(double shrink) {
    return shrink >= 16 ? 8 : shrink >= 8 ? 4 : shrink >= 4 ? 2 : 1;
}

// PNG and GIF can only be decoded whole, a row after the other.
VipsImage *darkroom_load(const void *bytes, size_t length, darkroom_loader loader, VipsAccess access, double shrink) {
    VipsImage *out = NULL;
    void *input = (void *)bytes;
    int failed = -1;
    if (darkroom_vips_start()) return NULL;
    switch (loader) {
    case DARKROOM_LOADER_JPEG:
        failed = vips_jpegload_buffer(
            input, length, &out, "shrink", jpeg_shrink(shrink), "fail_on", VIPS_FAIL_ON_TRUNCATED, "access", access, NULL);
        break;
    case DARKROOM_LOADER_PNG:
        failed = vips_pngload_buffer(input, length, &out, "fail_on", VIPS_FAIL_ON_TRUNCATED, "access", access, NULL);
        break;
    case DARKROOM_LOADER_WEBP:
        failed = vips_webpload_buffer(
            input, length, &out, "scale", 1 / VIPS_MAX(shrink, 1.0), "fail_on", VIPS_FAIL_ON_TRUNCATED, "access", access,
            NULL);
        break;
    case DARKROOM_LOADER_GIF:
        failed = vips_gifload_buffer(input, length, &out, "fail_on", VIPS_FAIL_ON_TRUNCATED, "access", access, NULL);
        break;
    }
    return failed ? NULL : out;
}

int32_t darkroom_picture_inspect(const void *bytes, size_t length, darkroom_loader loader, darkroom_picture_facts *facts) {
    VipsImage *in = darkroom_load(bytes, length, loader, VIPS_ACCESS_RANDOM, 1);
    if (!in) return -1;
    *facts = darkroom_picture_get_facts(picture(in));
    g_object_unref(in);
    return 0;
}

VipsImage *darkroom_to_srgb(VipsImage *in) {
    VipsImage *out = NULL;
    if (vips_image_get_typeof(in, VIPS_META_ICC_NAME)
        && !vips_icc_transform(in, &out, "srgb", "embedded", TRUE, "intent", VIPS_INTENT_PERCEPTUAL, NULL)) {
        return step(in, 0, out);
    }
    out = NULL;
    int failed = vips_colourspace(in, &out, VIPS_INTERPRETATION_sRGB, NULL);
    return step(in, failed, out);
}

darkroom_picture *darkroom_picture_decode(const void *bytes, size_t length, darkroom_loader loader) {
    VipsImage *in = darkroom_load(bytes, length, loader, VIPS_ACCESS_RANDOM, 1);
    VipsImage *out = NULL;
    int failed;
    if (!in) return NULL;
    failed = vips_autorot(in, &out, NULL);
    in = step(in, failed, out);
    if (in) in = darkroom_to_srgb(in);
    if (!in) return NULL;
    out = NULL;
    failed = vips_cast_uchar(in, &out, NULL);
    in = step(in, failed, out);
    return darkroom_settle(in == NULL, in);
}

int32_t darkroom_picture_brightest(const void *bytes, size_t length, darkroom_loader loader, double *brightest) {
    VipsImage *in = darkroom_load(bytes, length, loader, VIPS_ACCESS_SEQUENTIAL, 1);
    if (!in) return -1;
    if (in->Type != VIPS_INTERPRETATION_sRGB && in->Type != VIPS_INTERPRETATION_B_W) {
        VipsImage *out = NULL;
        int failed = vips_colourspace(in, &out, VIPS_INTERPRETATION_sRGB, NULL);
        in = step(in, failed, out);
        if (!in) return -1;
    }
    int failed = vips_max(in, brightest, NULL);
    g_object_unref(in);
    return failed;
}

darkroom_picture *darkroom_picture_draw(const void *svg, size_t length) {
    VipsImage *out = NULL;
    if (darkroom_vips_start()) return NULL;
    int failed = vips_svgload_buffer((void *)svg, length, &out, NULL);
    return darkroom_settle(failed, out);
}
