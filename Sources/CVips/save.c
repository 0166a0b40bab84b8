#include "internal.h"

int32_t darkroom_picture_jpeg(const darkroom_picture *picture, int32_t quality, void **block, size_t *length) {
    return vips_jpegsave_buffer(image(picture), block, length, "Q", quality, "strip", TRUE, "optimize_coding", TRUE, NULL);
}

int32_t darkroom_picture_png(const darkroom_picture *picture, int32_t compression, void **block, size_t *length) {
    return vips_pngsave_buffer(image(picture), block, length, "compression", compression, "strip", TRUE, NULL);
}

int32_t darkroom_picture_webp(const darkroom_picture *picture, int32_t quality, void **block, size_t *length) {
    return vips_webpsave_buffer(image(picture), block, length, "Q", quality, "effort", 2, "strip", TRUE, NULL);
}
