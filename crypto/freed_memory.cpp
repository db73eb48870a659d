// Memory that a program frees is overwritten first. Passwords, API keys and credentials of buckets pass through
// strings, JSON and buffers of several libraries; none of them is left behind for whoever gets to read the process's
// memory later. For programs only: whoever links the library keeps operators of their own.
#include "crypto/secure_memory.hpp"

#include <cstdlib>
#include <malloc.h>
#include <new>

#ifndef __SANITIZE_ADDRESS__ // which has operators of its own

// Both, because they belong together. The other forms, but for over-aligned types, call these two.

void* operator new(std::size_t size) {
    while (true) {
        if (auto* memory = std::malloc(size == 0 ? 1 : size))
            return memory;
        if (auto* handler = std::get_new_handler())
            handler();
        else
            throw std::bad_alloc{};
    }
}

void operator delete(void* memory) noexcept {
    if (memory != nullptr)
        omegasafe::crypto::wipe(memory, ::malloc_usable_size(memory));
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
    operator delete(memory);
}

#endif
