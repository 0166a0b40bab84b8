#ifndef DARKROOM_CVIPS_H
#define DARKROOM_CVIPS_H

#include <stddef.h>
int darkroom_vips_start(void);

#endif
