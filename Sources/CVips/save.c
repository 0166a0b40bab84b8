#include "internal.h"
#include <string.h>

int32_t darkroom_picture_jpeg(const darkroom_picture *picture, int32_t quality, void **block, size_t *length) {
    return vips_jpegsave_buffer(image(picture), block, length, "Q", quality, "strip", TRUE, "optimize_coding", TRUE, NULL);
}

int32_t darkroom_picture_png(const darkroom_picture *picture, int32_t compression, void **block, size_t *length) {
    return vips_pngsave_buffer(image(picture), block, length, "compression", compression, "strip", TRUE, NULL);
}

static int is_metadata(const char *name) {
    static const char *const names[] = {
        VIPS_META_EXIF_NAME, VIPS_META_XMP_NAME, VIPS_META_IPTC_NAME, VIPS_META_PHOTOSHOP_NAME, "jpeg-thumbnail-data",
        VIPS_META_ORIENTATION, "heif-thumbnail-width", "png-comments",
    };
    for (size_t index = 0; index < sizeof names / sizeof *names; index++) {
        if (strcmp(name, names[index]) == 0) return 1;
    }
    return g_str_has_prefix(name, "exif-ifd") || g_str_has_prefix(name, "png-comment");
}

// Fields can be removed from an image that nobody shares, which a copy is.
static VipsImage *without_metadata(VipsImage *in, int keeps_profile) {
    VipsImage *bare = NULL;
    if (vips_copy(in, &bare, NULL)) return NULL;
    gchar **fields = vips_image_get_fields(bare);
    for (gchar **field = fields; field && *field; field++) {
        if (is_metadata(*field)) vips_image_remove(bare, *field);
    }
    g_strfreev(fields);
    if (!keeps_profile) vips_image_remove(bare, VIPS_META_ICC_NAME);
    return bare;
}

// libvips 8.14.1, which is Debian 12's, writes the metadata into a WebP although it is told to strip them (corrected in
// 8.14.2). So there are none when it writes.
int32_t darkroom_picture_webp(const darkroom_picture *picture, int32_t quality, void **block, size_t *length) {
    VipsImage *bare = without_metadata(image(picture), FALSE);
    if (!bare) return -1;
    int failed = vips_webpsave_buffer(bare, block, length, "Q", quality, "effort", 2, "strip", TRUE, NULL);
    g_object_unref(bare);
    return failed;
}

int32_t darkroom_picture_save(
    const darkroom_picture *picture, darkroom_encoding encoding, int32_t quality, void **block, size_t *length) {
    VipsImage *bare = without_metadata(image(picture), TRUE);
    int failed = -1;
    if (!bare) return -1;
    switch (encoding) {
    case DARKROOM_ENCODING_JPEG:
    case DARKROOM_ENCODING_JPEG_444:
        // Optimized coding would hold the coefficients of the whole picture, to make the file a fiftieth smaller.
        failed = vips_jpegsave_buffer(
            bare, block, length, "Q", quality, "subsample_mode",
            encoding == DARKROOM_ENCODING_JPEG ? VIPS_FOREIGN_SUBSAMPLE_ON : VIPS_FOREIGN_SUBSAMPLE_OFF, NULL);
        break;
    case DARKROOM_ENCODING_PNG: failed = vips_pngsave_buffer(bare, block, length, "compression", 6, NULL); break;
    case DARKROOM_ENCODING_WEBP: failed = vips_webpsave_buffer(bare, block, length, "Q", quality, "effort", 4, NULL); break;
    case DARKROOM_ENCODING_WEBP_LOSSLESS:
        failed = vips_webpsave_buffer(bare, block, length, "lossless", TRUE, "Q", 60, "effort", 2, NULL);
        break;
    }
    g_object_unref(bare);
    return failed;
}
