#include "CVips.h"
#include <vips/vips.h>

int darkroom_vips_start(void) { return vips_init("darkroom"); }
