// FileMetadata from any bytes; accepted names are safe and survive writing.
#include "fuzz_support.hpp"
#include "storage/records/encrypted_file.hpp"
#include <algorithm>

using namespace omegasafe;
using namespace omegasafe::storage;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto block = fuzz::input(data, size);
    fuzz::accepted([&] { decode_file_metadata(block); });
    block.resize(limits::file_metadata_bytes);
    fuzz::accepted([&] {
        const auto metadata = decode_file_metadata(block);
        fuzz::require(safe_base_name(metadata.name) && metadata.name.find('/') == std::string::npos);
        const auto again = decode_file_metadata(encode(metadata));
        fuzz::require(
            again.name == metadata.name && again.length == metadata.length && again.sha256 == metadata.sha256);
    });
    return 0;
}
