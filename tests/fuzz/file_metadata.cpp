// FileMetadata from any bytes, as they are and with the tag they ought to have; accepted names are safe and survive
// writing.
#include "storage/records/file_metadata.hpp"
#include "fuzz_support.hpp"
#include <algorithm>

using namespace omegasafe;
using namespace omegasafe::storage;

namespace {

/// A key of zeros is as good as another, and needs no maps.
metadata_place place() {
    static const key_iteration iteration{iteration_info{}, nullptr, secure_bytes(32)};
    return {iteration, 0, 2'000};
}

void tag(std::vector<std::uint8_t>& block) {
    constexpr std::size_t place_bytes = 56, at_length = 48, at_tag = 48, tag_bytes = 32;
    std::vector<std::uint8_t> text(place_bytes);
    text[at_length] = static_cast<std::uint8_t>(place().encrypted_length);
    text[at_length + 1] = static_cast<std::uint8_t>(place().encrypted_length >> 8);
    std::fill_n(block.begin() + at_tag, tag_bytes, std::uint8_t{0});
    text.insert(text.end(), block.begin(), block.end());
    std::ranges::copy(crypto::hmac_sha256(place().iteration.tag_key, text), block.begin() + at_tag);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto block = fuzz::input(data, size);
    fuzz::require(!fuzz::accepted([&] { decode_file_metadata(block, place()); })); // nobody guesses a tag
    block.resize(limits::file_metadata_bytes);
    tag(block);
    fuzz::accepted([&] {
        const auto metadata = decode_file_metadata(block, place());
        fuzz::require(safe_base_name(metadata.name) && metadata.name.find('/') == std::string::npos);
        const auto again = decode_file_metadata(encode(metadata, place()), place());
        fuzz::require(
            again.name == metadata.name && again.length == metadata.length && again.sha256 == metadata.sha256);
    });
    return 0;
}
