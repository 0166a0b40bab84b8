#include "internal.h"
#include <stdlib.h>
#include <string.h>

// Broken pictures come from outside every day. The caller receives the error; it need not go to standard error.
static void ignore(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer data) {
    (void)domain, (void)level, (void)message, (void)data;
}

// What libvips may open at all: pictures in memory, of the formats that are taken in. Never a file by its name, and
// nothing that it would find a loader for by itself, ImageMagick's forty formats included.
static void allow_our_loaders(void) {
    vips_operation_block_set("VipsForeignLoad", TRUE);
    vips_operation_block_set("VipsForeignLoadJpegBuffer", FALSE);
    vips_operation_block_set("VipsForeignLoadPngBuffer", FALSE);
    vips_operation_block_set("VipsForeignLoadWebpBuffer", FALSE);
    vips_operation_block_set("VipsForeignLoadNsgifBuffer", FALSE);
}

int32_t darkroom_vips_start(void) {
    static gsize once = 0;
    if (g_once_init_enter(&once)) {
        gsize outcome = 1;
        if (vips_init("darkroom") != 0) outcome = 2;
        // Pictures are many and small: threads run side by side over whole pictures, not inside one.
        vips_concurrency_set(1);
        vips_cache_set_max(0);
        allow_our_loaders();
        g_log_set_handler("VIPS", G_LOG_LEVEL_WARNING, ignore, NULL);
        g_once_init_leave(&once, outcome);
    }
    return once == 1 ? 0 : -1;
}

int32_t darkroom_vips_allow_heif(void) {
    if (darkroom_vips_start()) return -1;
    vips_operation_block_set("VipsForeignLoadHeifBuffer", FALSE);
    return 0;
}

int32_t darkroom_begin(void) {
    if (darkroom_vips_start()) return -1;
    vips_error_clear();
    return 0;
}

char *darkroom_vips_error(void) {
    char *text = vips_error_buffer_copy();
    char *copy = strdup(text ? text : "");
    g_free(text);
    return copy;
}

void darkroom_picture_free(darkroom_picture *picture) {
    if (picture) g_object_unref(image(picture));
}

void darkroom_vips_free(void *block) { g_free(block); }

// An image reports its progress to one that it was made of, which may be gone by then: it tells nobody from here on.
VipsImage *darkroom_in_memory(VipsImage *in) {
    VipsImage *all = vips_image_copy_memory(in);
    if (all) vips_image_set_progress(all, FALSE);
    return all;
}

darkroom_picture *darkroom_settle(int failed, VipsImage *out) {
    if (failed || !out) return NULL;
    VipsImage *settled = darkroom_in_memory(out);
    g_object_unref(out);
    return picture(settled);
}

darkroom_picture_facts darkroom_picture_get_facts(const darkroom_picture *picture) {
    VipsImage *in = image(picture);
    darkroom_picture_facts facts = {
        .width = vips_image_get_width(in),
        .height = vips_image_get_page_height(in),
        .bands = vips_image_get_bands(in),
        .pages = vips_image_get_n_pages(in),
        .orientation = vips_image_get_orientation(in),
        .has_alpha = vips_image_hasalpha(in),
        .pixel_bytes = (int32_t)VIPS_IMAGE_SIZEOF_PEL(in),
    };
    return facts;
}

void *darkroom_picture_pixels(const darkroom_picture *picture, size_t *length) {
    return vips_image_write_to_memory(image(picture), length);
}

darkroom_picture *darkroom_picture_from_pixels(const void *pixels, int32_t width, int32_t height, int32_t bands) {
    if (darkroom_begin()) return NULL;
    size_t length = (size_t)width * (size_t)height * (size_t)bands;
    VipsImage *out = vips_image_new_from_memory_copy(pixels, length, width, height, bands, VIPS_FORMAT_UCHAR);
    if (out) out->Type = bands == 1 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
    return picture(out);
}
