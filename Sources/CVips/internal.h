#ifndef DARKROOM_CVIPS_INTERNAL_H
#define DARKROOM_CVIPS_INTERNAL_H

#include "CVips.h"
#include <vips/vips.h>

static inline VipsImage *image(const darkroom_picture *picture) { return (VipsImage *)picture; }
static inline darkroom_picture *picture(VipsImage *image) { return (darkroom_picture *)image; }

// Computes `out` into memory and lets go of what it was made from, so that a picture never leans on another's lifetime.
darkroom_picture *darkroom_settle(int failed, VipsImage *out);

#endif
