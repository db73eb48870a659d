// Arguments of the functions of the C API (omegasafe.h) as the C++ API takes them.
#pragma once

#include <omegasafe/client.hpp>
#include <omegasafe/omegasafe.h>

namespace omegasafe::engine {

/// failure(usage) when it is NULL or none.
uuid key_of(const char* text);

/// A callback that says stop throws, which ends the call.
watch watched(omegasafe_progress_callback callback, void* user);

/// Sets a result that the caller may not want.
template <class T>
void put(T* wanted, T value) {
    if (wanted != nullptr)
        *wanted = value;
}

} // namespace omegasafe::engine
