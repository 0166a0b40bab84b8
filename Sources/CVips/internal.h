#ifndef DARKROOM_CVIPS_INTERNAL_H
#define DARKROOM_CVIPS_INTERNAL_H

#include "CVips.h"
#include <vips/vips.h>

static inline VipsImage *image(const darkroom_picture *picture) { return (VipsImage *)picture; }
static inline darkroom_picture *picture(VipsImage *image) { return (darkroom_picture *)image; }

// Computes `out` into memory and releases what it was made from, so that a picture never depends on another's lifetime.
darkroom_picture *darkroom_settle(int failed, VipsImage *out);

#endif
