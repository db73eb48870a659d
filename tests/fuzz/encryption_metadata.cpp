// encryption_metadata.json from any bytes; what is accepted reads the same after writing it again.
#include "fuzz_support.hpp"
#include "storage/records/encrypted_file.hpp"

using namespace omegasafe;
using namespace omegasafe::storage;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::accepted([&] {
        const auto metadata = parse_encryption_metadata({reinterpret_cast<const char*>(data), size});
        fuzz::require(parse_encryption_metadata(to_json(metadata)) == metadata);
    });
    return 0;
}
