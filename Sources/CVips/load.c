#include "internal.h"

#define LOAD(loader, ...) \
    vips_##loader##load_buffer( \
        input, length, &out, "fail_on", VIPS_FAIL_ON_TRUNCATED, "access", VIPS_ACCESS_SEQUENTIAL, ##__VA_ARGS__, NULL)

// How much of the shrinking a decoder of JPEG may do by itself. What it leaves out is not filtered.
static int jpeg_shrink(double shrink) {
    return shrink >= 16 ? 8 : shrink >= 8 ? 4 : shrink >= 4 ? 2 : 1;
}

// PNG, GIF and HEIF can only be decoded whole.
VipsImage *darkroom_load(const void *bytes, size_t length, darkroom_loader loader, double shrink) {
    VipsImage *out = NULL;
    void *input = (void *)bytes;
    int failed = -1;
    if (darkroom_begin()) return NULL;
    switch (loader) {
    case DARKROOM_LOADER_JPEG: failed = LOAD(jpeg, "shrink", jpeg_shrink(shrink)); break;
    case DARKROOM_LOADER_PNG: failed = LOAD(png); break;
    case DARKROOM_LOADER_WEBP: failed = LOAD(webp, "scale", 1 / VIPS_MAX(shrink, 1.0)); break;
    case DARKROOM_LOADER_GIF: failed = LOAD(gif); break;
    case DARKROOM_LOADER_HEIF: failed = LOAD(heif); break;
    }
    return failed ? NULL : out;
}

typedef struct deadline {
    gint64 at;
    int32_t *is_late;
} deadline;

static void check_time(VipsImage *in, VipsProgress *progress, deadline *deadline) {
    (void)progress;
    if (g_get_monotonic_time() < deadline->at) return;
    *deadline->is_late = 1;
    vips_image_set_kill(in, TRUE);
}

static void free_deadline(gpointer data, GClosure *closure) {
    (void)closure;
    g_free(data);
}

// What is computed of `in` stops when its time is over, until it is in memory. `is_late` says so, and must live as long.
static void bound(VipsImage *in, int32_t milliseconds, int32_t *is_late) {
    deadline *deadline = g_new(struct deadline, 1);
    deadline->at = g_get_monotonic_time() + (gint64)milliseconds * 1000;
    deadline->is_late = is_late;
    *is_late = milliseconds <= 0;
    vips_image_set_kill(in, *is_late);
    vips_image_set_progress(in, TRUE);
    g_signal_connect_data(in, "eval", G_CALLBACK(check_time), deadline, free_deadline, 0);
}

int32_t darkroom_picture_inspect(const void *bytes, size_t length, darkroom_loader loader, darkroom_picture_facts *facts) {
    VipsImage *in = darkroom_load(bytes, length, loader, 1);
    if (!in) return DARKROOM_BROKEN;
    *facts = darkroom_picture_get_facts(picture(in));
    g_object_unref(in);
    return 0;
}

// Upright. Turning reads pixels in any order, so that they are all there first.
static VipsImage *upright(VipsImage *in) {
    VipsImage *out = NULL;
    if (vips_image_get_orientation(in) == 1) return in;
    VipsImage *all = darkroom_in_memory(in);
    in = step(in, all == NULL, all);
    if (!in) return NULL;
    int failed = vips_autorot(in, &out, NULL);
    return step(in, failed, out);
}

// From 16 bits to the 8 highest of them, alpha too.
static VipsImage *to_bytes(VipsImage *in) {
    VipsImage *out = NULL;
    if (in->BandFmt == VIPS_FORMAT_UCHAR) return in;
    int failed = vips_cast(in, &out, VIPS_FORMAT_UCHAR, "shift", in->BandFmt == VIPS_FORMAT_USHORT, NULL);
    in = step(in, failed, out);
    if (in && in->Type == VIPS_INTERPRETATION_RGB16) in->Type = VIPS_INTERPRETATION_sRGB;
    if (in && in->Type == VIPS_INTERPRETATION_GREY16) in->Type = VIPS_INTERPRETATION_B_W;
    return in;
}

// CMYK has its profile, or that of usual print. By way of Lab, as libvips' thumbnails have it.
static VipsImage *from_print(VipsImage *in) {
    VipsImage *out = NULL;
    int has_profile = vips_image_get_typeof(in, VIPS_META_ICC_NAME) != 0;
    int failed = vips_icc_import(
        in, &out, "embedded", has_profile, "input_profile", "cmyk", "intent", VIPS_INTENT_RELATIVE, "pcs",
        VIPS_PCS_XYZ, NULL);
    return step(in, failed, out);
}

VipsImage *darkroom_to_srgb(VipsImage *in) {
    VipsImage *out = NULL;
    if (in->Type == VIPS_INTERPRETATION_CMYK) {
        in = from_print(in);
        if (!in) return NULL;
    } else if (vips_image_get_typeof(in, VIPS_META_ICC_NAME)
               && !vips_icc_transform(in, &out, "srgb", "embedded", TRUE, "intent", VIPS_INTENT_RELATIVE, NULL)) {
        return step(in, 0, out);
    }
    out = NULL;
    int failed = vips_colourspace(in, &out, VIPS_INTERPRETATION_sRGB, NULL);
    return step(in, failed, out);
}

darkroom_picture *darkroom_picture_decode(
    const void *bytes, size_t length, darkroom_loader loader, int32_t milliseconds, int32_t *is_late) {
    VipsImage *in = darkroom_load(bytes, length, loader, 1);
    *is_late = 0;
    if (!in) return NULL;
    bound(in, milliseconds, is_late);
    in = upright(in);
    if (in) in = to_bytes(in);
    if (in) in = darkroom_to_srgb(in);
    if (in) in = to_bytes(in);
    return darkroom_settle(in == NULL, in);
}

int32_t darkroom_picture_brightest(
    const void *bytes, size_t length, darkroom_loader loader, int32_t milliseconds, double *brightest) {
    VipsImage *in = darkroom_load(bytes, length, loader, 1);
    int32_t is_late = 0;
    if (!in) return DARKROOM_BROKEN;
    bound(in, milliseconds, &is_late);
    if (in->Type != VIPS_INTERPRETATION_sRGB && in->Type != VIPS_INTERPRETATION_B_W) {
        VipsImage *out = NULL;
        int failed = vips_colourspace(in, &out, VIPS_INTERPRETATION_sRGB, NULL);
        in = step(in, failed, out);
        if (!in) return DARKROOM_BROKEN;
    }
    int failed = vips_max(in, brightest, NULL);
    g_object_unref(in);
    if (is_late) return DARKROOM_LATE;
    return failed ? DARKROOM_BROKEN : 0;
}

darkroom_picture *darkroom_picture_load(
    const void *bytes, size_t length, darkroom_loader loader, int32_t orientation, int32_t milliseconds, int32_t *is_late) {
    VipsImage *in = darkroom_load(bytes, length, loader, 1), *out = NULL;
    *is_late = 0;
    if (!in) return NULL;
    bound(in, milliseconds, is_late);
    int failed = vips_copy(in, &out, NULL);
    in = step(in, failed, out);
    if (in) vips_image_set_int(in, VIPS_META_ORIENTATION, orientation);
    return picture(in ? upright(in) : NULL);
}

// For numbers that libheif leaves as they are where the file states the primaries of Display P3, and no profile.
static VipsImage *with_p3(VipsImage *in) {
    VipsBlob *profile = NULL;
    VipsImage *out = NULL;
    if (vips_profile_load("p3", &profile, NULL) || !profile) return step(in, 1, NULL);
    int failed = vips_copy(in, &out, NULL);
    in = step(in, failed, out);
    size_t length = 0;
    const void *bytes = vips_blob_get(profile, &length);
    if (in) vips_image_set_blob_copy(in, VIPS_META_ICC_NAME, bytes, length);
    vips_area_unref(VIPS_AREA(profile));
    return in;
}

darkroom_picture *darkroom_picture_heif(const void *bytes, size_t length, int32_t is_p3) {
    VipsImage *in = darkroom_load(bytes, length, DARKROOM_LOADER_HEIF, 1);
    if (!in) return NULL;
    in = to_bytes(in);
    if (in && is_p3 && !vips_image_get_typeof(in, VIPS_META_ICC_NAME)) in = with_p3(in);
    return picture(in);
}

darkroom_picture *darkroom_picture_draw(const void *svg, size_t length) {
    static gsize once = 0;
    VipsImage *out = NULL;
    if (darkroom_begin()) return NULL;
    // Of a process that never draws, SVG stays blocked.
    if (g_once_init_enter(&once)) {
        vips_operation_block_set("VipsForeignLoadSvgBuffer", FALSE);
        g_once_init_leave(&once, 1);
    }
    int failed = vips_svgload_buffer((void *)svg, length, &out, NULL);
    return darkroom_settle(failed, out);
}
