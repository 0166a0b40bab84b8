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
        VIPS_META_EXIF_NAME, VIPS_META_XMP_NAME, VIPS_META_IPTC_NAME, VIPS_META_PHOTOSHOP_NAME, VIPS_META_ICC_NAME,
        "jpeg-thumbnail-data",
    };
    for (size_t index = 0; index < sizeof names / sizeof *names; index++) {
        if (strcmp(name, names[index]) == 0) return 1;
    }
    return g_str_has_prefix(name, "exif-ifd") || g_str_has_prefix(name, "png-comment");
}

// libvips 8.14.1, which is Debian 12's, writes the metadata into a WebP although it is told to strip them (corrected in
// 8.14.2). So there are none when it writes. Fields can be removed from an image that nobody shares, which a copy is.
int32_t darkroom_picture_webp(const darkroom_picture *picture, int32_t quality, void **block, size_t *length) {
    VipsImage *bare = NULL;
    if (vips_copy(image(picture), &bare, NULL)) return -1;
    gchar **fields = vips_image_get_fields(bare);
    for (gchar **field = fields; field && *field; field++) {
        if (is_metadata(*field)) vips_image_remove(bare, *field);
    }
    g_strfreev(fields);
    int failed = vips_webpsave_buffer(bare, block, length, "Q", quality, "effort", 2, "strip", TRUE, NULL);
    g_object_unref(bare);
    return failed;
}
