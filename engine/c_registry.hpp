// What the C API (omegasafe.h) has given out: clients by ticket, memory by address. Nothing is looked at that is not in
// these lists, so closed clients and foreign pointers do no harm.
#pragma once

#include <memory>
#include <omegasafe/client.hpp>
#include <omegasafe/omegasafe.h>

namespace omegasafe::engine {

omegasafe_client* add_client(client opened);
/// Lives at least until the caller drops it. failure(usage) when it is NULL or closed.
std::shared_ptr<client> find_client(const omegasafe_client* ticket);
/// Refuses new calls, waits for those under way, then destroys the client. failure(usage) as above.
void close_client(const omegasafe_client* ticket);

/// Keeps `owner` until omegasafe_free(address).
void keep(const void* address, std::shared_ptr<const void> owner);

/// Hands out `inside`, a part of what `owner` owns; nothing when the caller wants none.
template <class T, class Owner>
void give(T** wanted, std::shared_ptr<Owner> owner, T* inside) {
    if (wanted == nullptr)
        return;
    keep(inside, std::move(owner));
    *wanted = inside;
}

/// What a function of the C API returns when its body threw; call it while the exception is handled.
int failed(omegasafe_error** error) noexcept;

/// Runs the body of a function of the C API: what it throws becomes the function's code and error.
template <class Body>
int guarded(omegasafe_error** error, Body body) noexcept {
    if (error != nullptr)
        *error = nullptr;
    try {
        body();
        return OMEGASAFE_OK;
    } catch (...) {
        return failed(error);
    }
}

/// failure(usage) when a pointer that must be given was not.
void require(bool given, const char* what);

} // namespace omegasafe::engine
