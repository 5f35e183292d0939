/* OpenEXR's way to our files, and to say what is wrong with them. */
#ifndef IMPASTO_EXR_IO_H
#define IMPASTO_EXR_IO_H

#include "exr.h"

/* What a context is started with. */
exr_context_initializer_t pic_initializer(pic_file *file);

/* Names the file that this thread is about to work on: what the library says is about it. */
void pic_use(pic_file *file);

/* Keeps a message, unless there is one: the first complaint is the one that explains. */
void pic_say(pic_file *file, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

#endif
