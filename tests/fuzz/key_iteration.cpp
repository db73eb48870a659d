// Descriptions, payloads, exported keys and Deltas from any bytes. An accepted description has one encoding.
#include "fuzz_support.hpp"
#include "storage/files/byte_order.hpp"
#include "storage/records/exported_key.hpp"
#include <algorithm>

using namespace omegasafe;
using namespace omegasafe::storage;

namespace {

constexpr crypto::key_geometry geometry{100'000, 100'000, 2};

const key_iteration& alpha() {
    static const key_iteration made{{{}, {}, 0, "Fuzz", "0.1.0", geometry},
        std::make_shared<const crypto::cipher>(
            std::make_shared<const crypto::key_material>(crypto::key_material::generate(geometry)))};
    return made;
}

/// The input as description, followed by as many good maps as it asks for.
void check_description(const_byte_span cbor) {
    fuzz::accepted([&] {
        const auto info = decode_iteration_info(cbor);
        fuzz::require(std::ranges::equal(encode(info), cbor));
        std::vector<std::uint8_t> payload(4);
        store_le(payload.data(), static_cast<std::uint32_t>(cbor.size()));
        payload.insert(payload.end(), cbor.begin(), cbor.end());
        for (std::uint64_t i = 0; i < info.geometry.material_bytes(); ++i)
            payload.push_back(static_cast<std::uint8_t>(i));
        const auto decoded = decode_payload(secure_bytes(payload));
        fuzz::require(decoded->info == info);
        fuzz::require(std::ranges::equal(encode_payload(info, decoded->cipher->key()).span(), payload));
    });
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const const_byte_span bytes(data, size);
    check_description(bytes);
    fuzz::accepted([&] { decode_payload(secure_bytes(bytes)); });
    fuzz::accepted([&] { decode_stored(secure_bytes(bytes)); });
    fuzz::accepted([&] { open_delta(alpha(), fuzz::input(data, size), nullptr); });
    memory_sink sink;
    sfc_writer writer(sink, nullptr);
    writer.add(uuid{}, bytes.first(std::min(size, limits::attributes_bytes)), bytes);
    writer.finish();
    const auto source = std::make_shared<memory_source>(sink.take(), "input");
    fuzz::accepted([&] { read_exported_key(source, nullptr); });
    return 0;
}
