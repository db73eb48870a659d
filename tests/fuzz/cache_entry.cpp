// Entries of the local claim cache from any bytes: accepted ones obey the bookkeeping rules and have a stable encoding.
#include "storage/records/cache_entry.hpp"
#include "fuzz_support.hpp"
#include "storage/container/attributes.hpp"

using namespace omegasafe;
using namespace omegasafe::storage;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::accepted([&] {
        auto entry = decode_cache_entry({data, size});
        fuzz::require(decode_cache_entry(encode(entry)) == entry);
        // Written over what was read, it keeps whatever a later version put there.
        const auto again = encode(entry, {data, size});
        fuzz::require(decode_cache_entry(again) == entry && encode(entry, again) == again);
        fuzz::require(nlohmann::json::from_cbor(again).size() == cbor_map::parse({data, size})->size());
        for (const auto& claim : entry.claims)
            fuzz::require(claim.range.last < entry.floor && claim.remaining() >= 1);
        const auto before = remaining(entry, cache_reason::performance);
        if (const auto taken = take(entry, cache_reason::performance, 1))
            fuzz::require(taken->first == taken->last && remaining(entry, cache_reason::performance) == before - 1);
    });
    return 0;
}
