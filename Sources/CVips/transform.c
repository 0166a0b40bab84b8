#include "internal.h"

// Runs one operation, settles its outcome.
#define SETTLED(call) \
    VipsImage *out = NULL; \
    int failed = (call); \
    return darkroom_settle(failed, out)

darkroom_picture *darkroom_picture_resize(const darkroom_picture *in, int32_t width, int32_t height, int32_t fill) {
    VipsInteresting cut = fill ? VIPS_INTERESTING_CENTRE : VIPS_INTERESTING_NONE;
    VipsSize size = fill ? VIPS_SIZE_BOTH : VIPS_SIZE_FORCE;
    SETTLED(vips_thumbnail_image(image(in), &out, width, "height", height, "size", size, "crop", cut, NULL));
}

darkroom_picture *darkroom_picture_crop(const darkroom_picture *in, int32_t x, int32_t y, int32_t width, int32_t height) {
    SETTLED(vips_crop(image(in), &out, x, y, width, height, NULL));
}

darkroom_picture *darkroom_picture_flatten(const darkroom_picture *in, uint8_t red, uint8_t green, uint8_t blue) {
    double colour[3] = {red, green, blue};
    VipsArrayDouble *background = vips_array_double_new(colour, 3);
    VipsImage *out = NULL;
    int failed = vips_flatten(image(in), &out, "background", background, NULL);
    vips_area_unref(VIPS_AREA(background));
    return darkroom_settle(failed, out);
}

static darkroom_picture *as_bytes(int failed, VipsImage *in) {
    VipsImage *out = NULL;
    if (failed || !in) return NULL;
    failed = vips_cast_uchar(in, &out, NULL);
    g_object_unref(in);
    return darkroom_settle(failed, out);
}

darkroom_picture *darkroom_picture_over(const darkroom_picture *bottom, const darkroom_picture *top) {
    VipsImage *out = NULL;
    int failed = vips_composite2(image(bottom), image(top), &out, VIPS_BLEND_MODE_OVER, NULL);
    return as_bytes(failed, out);
}

darkroom_picture *darkroom_picture_blend(const darkroom_picture *in, const darkroom_picture *other, int32_t share) {
    VipsImage *one = NULL, *two = NULL, *sum = NULL;
    double part = share / 1000.0;
    int failed = vips_linear1(image(in), &one, 1 - part, 0.5, NULL) || vips_linear1(image(other), &two, part, 0, NULL)
        || vips_add(one, two, &sum, NULL);
    if (one) g_object_unref(one);
    if (two) g_object_unref(two);
    return as_bytes(failed, sum);
}

darkroom_picture *darkroom_picture_multiply(const darkroom_picture *in, const darkroom_picture *other) {
    VipsImage *product = NULL, *out = NULL;
    int failed = vips_multiply(image(in), image(other), &product, NULL) || vips_linear1(product, &out, 1 / 255.0, 0.5, NULL);
    if (product) g_object_unref(product);
    return as_bytes(failed, out);
}

static darkroom_picture *mapped(VipsImage *in, const uint8_t *table, int bands) {
    VipsImage *out = NULL;
    VipsImage *lut = vips_image_new_from_memory_copy(table, 256 * (size_t)bands, 256, 1, bands, VIPS_FORMAT_UCHAR);
    if (!lut) return NULL;
    int failed = vips_maplut(in, &out, lut, NULL);
    g_object_unref(lut);
    if (!failed && bands == 3) out->Type = VIPS_INTERPRETATION_sRGB;
    return darkroom_settle(failed, out);
}

darkroom_picture *darkroom_picture_map(const darkroom_picture *in, const uint8_t table[256]) {
    return mapped(image(in), table, 1);
}

darkroom_picture *darkroom_picture_gray(const darkroom_picture *in) {
    VipsImage *gray = NULL, *out = NULL;
    int failed = vips_colourspace(image(in), &gray, VIPS_INTERPRETATION_B_W, NULL) || vips_extract_band(gray, &out, 0, NULL);
    if (gray) g_object_unref(gray);
    return darkroom_settle(failed, out);
}

darkroom_picture *darkroom_picture_tint(const darkroom_picture *in, const uint8_t table[768]) {
    darkroom_picture *gray = darkroom_picture_gray(in);
    if (!gray) return NULL;
    darkroom_picture *out = mapped(image(gray), table, 3);
    darkroom_picture_free(gray);
    return out;
}

darkroom_picture *darkroom_picture_blur(const darkroom_picture *in, double sigma) {
    SETTLED(vips_gaussblur(image(in), &out, sigma, NULL));
}

// The side of a window as large as asked for, or as the picture has room for: libvips refuses one that is larger than the
// picture. Odd, so that a pixel is in its middle.
static int window(int size, int side) {
    int most = VIPS_MIN(size, side);
    return most % 2 ? most : most - 1;
}

darkroom_picture *darkroom_picture_median(const darkroom_picture *in, int32_t size) {
    int width = window(size, vips_image_get_width(image(in)));
    int height = window(size, vips_image_get_height(image(in)));
    SETTLED(vips_rank(image(in), &out, width, height, width * height / 2, NULL));
}

darkroom_picture *darkroom_picture_edges(const darkroom_picture *in) {
    darkroom_picture *gray = darkroom_picture_gray(in);
    VipsImage *out = NULL;
    if (!gray) return NULL;
    int failed = vips_sobel(image(gray), &out, NULL);
    darkroom_picture_free(gray);
    return as_bytes(failed, out);
}

darkroom_picture *darkroom_picture_grain(const darkroom_picture *in, double sigma, int32_t seed) {
    VipsImage *noise = NULL, *out = NULL;
    VipsImage *base = image(in);
    int failed = vips_gaussnoise(
                     &noise, vips_image_get_width(base), vips_image_get_height(base), "sigma", sigma, "mean", 0.5, "seed", seed, NULL)
        || vips_add(base, noise, &out, NULL);
    if (noise) g_object_unref(noise);
    if (!failed) out->Type = VIPS_INTERPRETATION_sRGB;
    return as_bytes(failed, out);
}

darkroom_picture *darkroom_picture_mask(const darkroom_picture *in, const darkroom_picture *mask) {
    SETTLED(vips_bandjoin2(image(in), image(mask), &out, NULL));
}
