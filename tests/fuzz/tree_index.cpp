// The index of a tree from any bytes: accepted ones are safe to follow and have one encoding.
#include "storage/tree/tree_index.hpp"
#include "fuzz_support.hpp"
#include <algorithm>

using namespace omegasafe;
using namespace omegasafe::storage;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::accepted([&] {
        const auto index = decode_tree_index({data, size});
        for (const auto& entry : index.entries) {
            fuzz::require(safe_tree_path(entry.path) && entry.attributes.mode <= 0777);
            fuzz::require(("/" + entry.path + "/").find("/../") == std::string::npos && entry.path.front() != '/');
            fuzz::require(entry.is_folder == entry.encrypted.is_nil());
            fuzz::require(!entry.is_folder || entry.proof == file_proof{});
        }
        fuzz::require(std::ranges::adjacent_find(index.entries, std::ranges::greater_equal{}, &tree_entry::path) ==
                      index.entries.end());
        fuzz::require(encode_tree_index(index) == fuzz::input(data, size));
    });
    return 0;
}
