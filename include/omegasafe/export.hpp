// What the shared library shows: everything else in it is hidden.
#pragma once

#if defined(__GNUC__)
#define OMEGASAFE_API __attribute__((visibility("default")))
#else
#define OMEGASAFE_API
#endif
