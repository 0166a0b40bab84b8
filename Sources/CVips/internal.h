#ifndef DARKROOM_CVIPS_INTERNAL_H
#define DARKROOM_CVIPS_INTERNAL_H

#include "CVips.h"
#include <vips/vips.h>

static inline VipsImage *image(const darkroom_picture *picture) { return (VipsImage *)picture; }
static inline darkroom_picture *picture(VipsImage *image) { return (darkroom_picture *)image; }

// Before a picture is opened, drawn or made. Starts libvips, and forgets the errors of earlier ones: many of them nobody
// reads, such as that of a profile that is not used, and the next message would begin with them.
int32_t darkroom_begin(void);

// Computes `out` into memory and releases what it was made from, so that a picture never depends on another's lifetime.
darkroom_picture *darkroom_settle(int failed, VipsImage *out);

// Opens a picture by the named loader, never by one that is guessed from the bytes: libvips would also open PDF, SVG and
// whatever else it was built with. Sequential: its pixels are read once, and never go to a file, which is where libvips puts
// a large picture that is to be read in any order. The decoder may leave out pixels while it decodes, but the last factor of
// two is left to be resized properly; with a `shrink` of 1 it leaves out none.
VipsImage *darkroom_load(const void *bytes, size_t length, darkroom_loader loader, double shrink);

// A step of a chain: consumes `in`, whether or not the step works.
static inline VipsImage *step(VipsImage *in, int failed, VipsImage *out) {
    g_object_unref(in);
    return failed ? NULL : out;
}

// To sRGB, by the embedded profile if there is a valid one. Consumes `in`. Not the export_profile of vips_thumbnail: 8.14
// takes a picture without a profile through Lab, which makes (247, 25, 18) of pure red.
VipsImage *darkroom_to_srgb(VipsImage *in);

// All of it computed. NULL if that fails.
VipsImage *darkroom_in_memory(VipsImage *in);

#endif
