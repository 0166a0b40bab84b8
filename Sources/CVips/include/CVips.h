#ifndef DARKROOM_CVIPS_H
#define DARKROOM_CVIPS_H

// libvips for Swift: its calls take variable arguments, which Swift cannot pass. Every function that makes a picture
// returns NULL when it fails, with the reason in darkroom_vips_error. A picture is freed by its one owner.

#include <stddef.h>
#include <stdint.h>

typedef struct darkroom_picture darkroom_picture;

typedef enum darkroom_loader {
    DARKROOM_LOADER_JPEG,
    DARKROOM_LOADER_PNG,
    DARKROOM_LOADER_WEBP,
    DARKROOM_LOADER_GIF,
    // Only after darkroom_vips_allow_heif.
    DARKROOM_LOADER_HEIF,
} darkroom_loader;

typedef enum darkroom_encoding {
    // With a color for each four pixels.
    DARKROOM_ENCODING_JPEG,
    DARKROOM_ENCODING_JPEG_444,
    DARKROOM_ENCODING_PNG,
    DARKROOM_ENCODING_WEBP,
    DARKROOM_ENCODING_WEBP_LOSSLESS,
} darkroom_encoding;

// Why a picture could not be read to its end.
enum { DARKROOM_BROKEN = -1, DARKROOM_LATE = -2 };

typedef struct darkroom_picture_facts {
    int32_t width;
    int32_t height;
    int32_t bands;
    int32_t pages;
    int32_t orientation;
    int32_t has_alpha;
    // Bytes of one pixel as it is decoded, before any conversion.
    int32_t pixel_bytes;
} darkroom_picture_facts;

// Starts libvips once, however often it is called: one thread per operation, no cache, and no loaders but those named
// here. Returns 0 when it works.
int32_t darkroom_vips_start(void);
// Allows HEIC and AVIF to be read in this process. Their decoders have no bound: only for one that the system bounds.
int32_t darkroom_vips_allow_heif(void);
// The text of what failed since a picture was last opened, drawn or made, to be passed to free(). Threads share it, so it
// is for logs only: it may contain what another thread's picture is about, or be empty.
char *darkroom_vips_error(void);

// Reads the header alone. Returns 0 when it could be read.
int32_t darkroom_picture_inspect(const void *bytes, size_t length, darkroom_loader loader, darkroom_picture_facts *facts);
// Decodes the first page, upright, into 8-bit sRGB with three bands, or four with alpha. The bytes may be freed
// afterwards. Stops after so many milliseconds, and says so, where the format is decoded in parts.
darkroom_picture *darkroom_picture_decode(
    const void *bytes, size_t length, darkroom_loader loader, int32_t milliseconds, int32_t *is_late);
// Decodes the first page to its end, in one pass that stores no pixels: the highest value of any band, in sRGB. Returns
// 0 when it could be read to its end.
int32_t darkroom_picture_brightest(
    const void *bytes, size_t length, darkroom_loader loader, int32_t milliseconds, double *brightest);
// Decodes the first page in its own colors, depth and profile, and turns it upright from an EXIF orientation, whatever
// the file says itself. For darkroom_picture_save alone.
darkroom_picture *darkroom_picture_load(
    const void *bytes, size_t length, darkroom_loader loader, int32_t orientation, int32_t milliseconds, int32_t *is_late);
// A HEIC or AVIF as it is shown, with 8 bits a band and its profile, or that of Display P3 if it has none and `is_p3`.
// Its header is read, its pixels are decoded when they are saved. The bytes must stay until then.
darkroom_picture *darkroom_picture_heif(const void *bytes, size_t length, int32_t is_p3);
// Draws an SVG at its own size, with alpha. Allows SVG in this process, from memory alone.
darkroom_picture *darkroom_picture_draw(const void *svg, size_t length);
// Copies pixels with 1, 3 or 4 bands of 8 bits, row by row.
darkroom_picture *darkroom_picture_from_pixels(const void *pixels, int32_t width, int32_t height, int32_t bands);
void darkroom_picture_free(darkroom_picture *picture);

darkroom_picture_facts darkroom_picture_get_facts(const darkroom_picture *picture);
// The pixels as one block, to be passed to darkroom_vips_free.
void *darkroom_picture_pixels(const darkroom_picture *picture, size_t *length);
void darkroom_vips_free(void *block);

// Scaled to the size: stretched, or filling it, with the excess cropped on both sides.
darkroom_picture *darkroom_picture_resize(const darkroom_picture *picture, int32_t width, int32_t height, int32_t fill);
// The rectangle, which must lie inside.
darkroom_picture *darkroom_picture_crop(const darkroom_picture *picture, int32_t x, int32_t y, int32_t width, int32_t height);
// Replaces alpha by a background color.
darkroom_picture *darkroom_picture_flatten(const darkroom_picture *picture, uint8_t red, uint8_t green, uint8_t blue);
// `top` over `bottom`, at the corner.
darkroom_picture *darkroom_picture_over(const darkroom_picture *bottom, const darkroom_picture *top);
// `share` thousandths of `other` with the rest of `picture`; same size and bands.
darkroom_picture *darkroom_picture_blend(const darkroom_picture *picture, const darkroom_picture *other, int32_t share);
// Pixel by pixel product, where 255 changes nothing; `other` may have one band.
darkroom_picture *darkroom_picture_multiply(const darkroom_picture *picture, const darkroom_picture *other);
// Maps each band's value through a table of 256 bytes.
darkroom_picture *darkroom_picture_map(const darkroom_picture *picture, const uint8_t table[256]);
// Maps each pixel's lightness through a table of 256 colors of three bytes.
darkroom_picture *darkroom_picture_tint(const darkroom_picture *picture, const uint8_t table[768]);
darkroom_picture *darkroom_picture_gray(const darkroom_picture *picture);
darkroom_picture *darkroom_picture_blur(const darkroom_picture *picture, double sigma);
// Replaces each pixel by the median of its neighborhood, of `size` pixels a side where the picture has as many: paint-like
// areas with clean edges.
darkroom_picture *darkroom_picture_median(const darkroom_picture *picture, int32_t size);
// One band: light where lightness changes.
darkroom_picture *darkroom_picture_edges(const darkroom_picture *picture);
// Adds noise from a seed, the same in all bands.
darkroom_picture *darkroom_picture_grain(const darkroom_picture *picture, double sigma, int32_t seed);
// `mask` (one band, same size) as the alpha of a picture without alpha.
darkroom_picture *darkroom_picture_mask(const darkroom_picture *picture, const darkroom_picture *mask);

// Encoded without any metadata. Returns 0 when it worked; the block is passed to darkroom_vips_free.
int32_t darkroom_picture_jpeg(const darkroom_picture *picture, int32_t quality, void **block, size_t *length);
int32_t darkroom_picture_png(const darkroom_picture *picture, int32_t compression, void **block, size_t *length);
int32_t darkroom_picture_webp(const darkroom_picture *picture, int32_t quality, void **block, size_t *length);
// Encoded in its own depth, with its color profile and nothing else. As above.
int32_t darkroom_picture_save(
    const darkroom_picture *picture, darkroom_encoding encoding, int32_t quality, void **block, size_t *length);

// The JPEG turned upright from an EXIF orientation from 2 to 8 without decoding it: not a coefficient changes, and its
// segments stay. Returns 0 when it worked; not where that is impossible, since its size is no multiple of its blocks.
// The block is passed to darkroom_jpeg_free.
int32_t darkroom_jpeg_turn(
    const void *bytes, size_t length, int32_t orientation, int32_t is_progressive, void **block, size_t *out_length);
void darkroom_jpeg_free(void *block);

// The first page, upright, in 8-bit sRGB with three bands or four, without metadata, no side longer than `side`; never
// enlarged. Decodes no more than it needs to. The bytes may be freed afterwards.
darkroom_picture *darkroom_thumbnail(const void *bytes, size_t length, darkroom_loader loader, int32_t side);
// Encoded as thumbnails are. Returns 0 when it worked; the block is passed to darkroom_vips_free.
int32_t darkroom_thumbnail_webp(const darkroom_picture *picture, int32_t quality, void **block, size_t *length);

#endif
