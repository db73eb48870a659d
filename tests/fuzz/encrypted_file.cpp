// Encrypted files: opening any bytes, and any two entries in a good container.
#include "storage/records/encrypted_file.hpp"
#include "fuzz_support.hpp"
#include <algorithm>

using namespace omegasafe;
using namespace omegasafe::storage;

namespace {

const key_iteration& key() {
    static const key_iteration drawn{iteration_info{{}, {}, 1, "Fuzz", "0.1.0", {100'000, 100'000, 2}},
        std::make_shared<const crypto::cipher>(
            std::make_shared<const crypto::key_material>(crypto::key_material::generate({100'000, 100'000, 2})))};
    return drawn;
}

void open(std::vector<std::uint8_t> content, const sfc_password_ptr& layer) {
    fuzz::accepted([&] {
        const auto source = std::make_shared<memory_source>(std::move(content), "input");
        if (read_sfc_header(*source).root.kdf == password_kdf::scrypt) // scrypt takes too long
            return;
        const auto file = open_encrypted_file(source, layer);
        fuzz::require(file.data.length >= limits::file_metadata_bytes);
        fuzz::accepted(
            [&] { decrypt_in_memory(key(), static_cast<std::uint64_t>(file.metadata.global_position_start), file); });
    });
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    open(fuzz::input(data, size), nullptr);
    open(fuzz::input(data, size), fuzz::password());
    if (size == 0)
        return 0;
    // First byte: length of the metadata entry; the rest is the data entry's beginning.
    const const_byte_span rest(data + 1, size - 1);
    const auto metadata = rest.first(std::min<std::size_t>(data[0], rest.size()));
    std::vector<std::uint8_t> payload(rest.begin() + metadata.size(), rest.end());
    payload.resize(payload.size() + limits::file_metadata_bytes);
    memory_sink sink;
    sfc_writer writer(sink, nullptr);
    writer.add(encryption_metadata_uuid, {}, metadata);
    writer.add(encrypted_data_uuid, {}, payload);
    writer.finish();
    open(sink.take(), nullptr);
    return 0;
}
