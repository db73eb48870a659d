// Records of a journal: those of the input, whose checks are made right so that the parser goes on, and then a rest
// that is taken as it is. What is read is what was written, up to the first false record.
#include "storage/tree/tree_journal.hpp"
#include "fuzz_support.hpp"
#include "storage/files/byte_order.hpp"
#include <algorithm>

using namespace omegasafe;
using namespace omegasafe::storage;

namespace {

constexpr std::size_t proof_at = sizeof(uuid) + sizeof(file_tag);
constexpr std::size_t body_bytes = proof_at + sizeof(u128) + sizeof(crypto::sha256_digest);

/// The input's bodies as true records; `meant` gets what they say.
std::vector<std::uint8_t> true_records(const secure_bytes& key, const_byte_span bodies, journal_records& meant) {
    std::vector<std::uint8_t> bytes;
    for (; bodies.size() >= body_bytes; bodies = bodies.subspan(body_bytes), ++meant.count) {
        journal_file file;
        std::copy_n(bodies.begin(), file.encrypted.size(), file.encrypted.begin());
        file.proof.global_position_start = load_le<u128>(bodies.data() + proof_at);
        std::copy_n(bodies.begin() + proof_at + sizeof(u128), file.proof.sha256.size(), file.proof.sha256.begin());
        file_tag tag{};
        std::copy_n(bodies.begin() + sizeof(uuid), tag.size(), tag.begin());
        const bool done = tag != file_tag{};
        const auto record = encode_journal_record(key, meant.count, file, done ? &tag : nullptr);
        bytes.insert(bytes.end(), record.begin(), record.end());
        if (done)
            meant.done.insert_or_assign(tag, file);
        else
            meant.begun.insert(file.encrypted);
    }
    bytes.insert(bytes.end(), bodies.begin(), bodies.end());
    return bytes;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const secure_bytes key(std::string_view{"0123456789abcdef0123456789abcdef"});
    fuzz::accepted([&] { fuzz::require(parse_journal_records(key, {data, size}).count == 0); });
    journal_records meant;
    const auto bytes = true_records(key, {data, size}, meant);
    fuzz::require(parse_journal_records(key, bytes) == meant);
    return 0;
}
