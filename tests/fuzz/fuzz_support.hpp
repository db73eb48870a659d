// What the fuzz targets of the file formats share.
#pragma once

#include "storage/container/sfc.hpp"
#include <cstdlib>
#include <omegasafe/error.hpp>

namespace omegasafe::fuzz {

/// Runs `parse`; a failure is the way to refuse input, anything else that is thrown ends the fuzzer.
template <typename Parse>
bool accepted(Parse parse) {
    try {
        parse();
        return true;
    } catch (const failure&) {
        return false;
    }
}

inline void require(bool property) {
    if (!property)
        std::abort();
}

inline std::vector<std::uint8_t> input(const std::uint8_t* data, std::size_t size) {
    return {data, data + size};
}

/// A plain container with one entry.
inline std::vector<std::uint8_t> container_of(
    const uuid& id, storage::const_byte_span attributes, storage::const_byte_span content) {
    storage::memory_sink sink;
    storage::sfc_writer writer(sink, nullptr);
    writer.add(id, attributes, content);
    writer.finish();
    return sink.take();
}

/// The password of the sealed seeds; it needs no stretching.
inline storage::sfc_password_ptr password() {
    static const auto shared =
        std::make_shared<storage::sfc_password>("omegasafe-Tr4OxZUpkClzuKI0G0-blgvo3o9o6QDn_jV0tEea2qcaKmgA7");
    return shared;
}

} // namespace omegasafe::fuzz
