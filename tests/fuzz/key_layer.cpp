// What an exported key says of its layer, from any bytes: accepted records have one encoding and no more than they may.
#include "storage/records/key_layer.hpp"
#include "fuzz_support.hpp"
#include <algorithm>

using namespace omegasafe;
using namespace omegasafe::storage;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const uuid key_uuid = *parse_uuid("11111111-2222-4333-8444-555555555555");
    static const auto attributes = to_entry({.key_uuid = key_uuid}).attributes;
    fuzz::accepted([&] {
        const sfc_reader file(
            std::make_shared<memory_source>(fuzz::container_of(key_uuid, attributes, {data, size}), "input"), nullptr);
        auto layer = layer_of_key(file, key_uuid);
        fuzz::require(layer.passwords.size() <= kept_layer_passwords);
        fuzz::require(layer.choice != layer_choice::own || layer.own() != nullptr);
        fuzz::require(std::ranges::equal(to_entry(layer).data->span(), const_byte_span(data, size)));
        // Taken over by a device that knows one password already, it stays within bounds.
        key_layer here{.key_uuid = key_uuid, .passwords = {make_secret("known here")}};
        here.take(layer);
        fuzz::require(here.passwords.size() <= kept_layer_passwords);
    });
    return 0;
}
