#include "CVips.h"
#include <string.h>
#include <turbojpeg.h>

// What turns a picture upright that is stored in an EXIF orientation from 2 to 8.
static const int operations[] = {
    TJXOP_HFLIP, TJXOP_ROT180, TJXOP_VFLIP, TJXOP_TRANSPOSE, TJXOP_ROT90, TJXOP_TRANSVERSE, TJXOP_ROT270,
};

int32_t darkroom_jpeg_turn(
    const void *bytes, size_t length, int32_t orientation, int32_t is_progressive, void **block, size_t *out_length) {
    unsigned char *out = NULL;
    unsigned long size = 0;
    if (orientation < 2 || orientation > 8) return -1;
    tjhandle handle = tjInitTransform();
    if (!handle) return -1;
    tjtransform transform;
    memset(&transform, 0, sizeof transform);
    transform.op = operations[orientation - 2];
    // Perfect or not at all: what is no multiple of a block would be left where it is, or cut off.
    transform.options = TJXOPT_PERFECT | (is_progressive ? TJXOPT_PROGRESSIVE : 0);
    int failed = tjTransform(handle, bytes, (unsigned long)length, 1, &out, &size, &transform, TJFLAG_STOPONWARNING);
    tjDestroy(handle);
    if (failed) {
        tjFree(out);
        return -1;
    }
    *block = out;
    *out_length = size;
    return 0;
}

void darkroom_jpeg_free(void *block) { tjFree(block); }
