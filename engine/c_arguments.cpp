#include "engine/c_arguments.hpp"

#include "engine/c_registry.hpp"

namespace omegasafe::engine {

uuid key_of(const char* text) {
    require(text, "the key's UUID");
    const auto id = parse_uuid(text);
    if (!id)
        throw failure(errc::usage, "A key is named by a UUID of 36 characters; omegasafe_list_keys tells it.");
    return *id;
}

watch watched(omegasafe_progress_callback callback, void* user) {
    if (callback == nullptr)
        return {};
    return {[callback, user](const progress& now) {
                if (callback(user, now.done, now.total) != 0)
                    throw failure(errc::aborted, "The progress callback stopped the call.");
            },
        {}};
}

} // namespace omegasafe::engine
