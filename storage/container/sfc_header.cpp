#include "storage/container/sfc_header.hpp"

#include "crypto/hash.hpp"
#include "storage/container/damage.hpp"
#include "storage/files/byte_order.hpp"
#include <algorithm>

namespace omegasafe::storage {

namespace {

/// The first byte is no text, then the line ends that careless transfers change (after PNG).
constexpr std::array<std::uint8_t, 8> magic{0x8f, 'S', 'F', 'C', 0x0d, 0x0a, 0x1a, 0x0a};
constexpr std::uint16_t format_version = 1;
constexpr std::uint16_t flag_password = 1;

// Offsets in the header.
constexpr std::size_t at_version = 8;
constexpr std::size_t at_flags = 10;
constexpr std::size_t at_kdf = 12;
constexpr std::size_t at_cost = 13;
constexpr std::size_t at_salt = 16;
constexpr std::size_t at_container_id = 48;
constexpr std::size_t at_directory_salt = 64; // what comes before is fixed at creation
constexpr std::size_t at_directory_offset = 96;
constexpr std::size_t at_directory_stored = 104;
constexpr std::size_t at_total_size = 112;
constexpr std::size_t at_password_check = 120;
constexpr std::size_t at_layout = 136;
constexpr std::size_t at_zeros = 137;
constexpr std::size_t at_checksum = 160;

constexpr std::string_view directory_key_info = "omegasafe sfc v1 directory";
constexpr std::string_view password_check_info = "omegasafe sfc v1 password check";

template <std::size_t Size>
std::array<std::uint8_t, Size> array_at(const std::uint8_t* in) {
    std::array<std::uint8_t, Size> out{};
    std::copy_n(in, Size, out.begin());
    return out;
}

bool all_zero(const_byte_span bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

failure newer(const byte_source& source, const std::string& what) {
    return failure(errc::container_newer,
        source.name() + " was made by a newer omegasafe (" + what + "); update omegasafe to open it.");
}

/// Everything that can be checked before any field is believed.
void check_frame(const byte_source& source, const sfc_header_block& block) {
    if (!std::equal(magic.begin(), magic.end(), block.begin()))
        throw sfc_damaged(source, "it does not begin like a Secure File Container");
    const auto version = load_le<std::uint16_t>(&block[at_version]);
    // Before the checksum: a later version may have put it elsewhere.
    if (version > format_version)
        throw newer(source, "format version " + std::to_string(version));
    const auto checksum = crypto::sha256::of(const_byte_span(block).first(at_checksum));
    if (version == 0 || !std::equal(checksum.begin(), checksum.end(), &block[at_checksum]))
        throw sfc_damaged(source, "its header does not match its checksum");
    if ((load_le<std::uint16_t>(&block[at_flags]) & ~flag_password) != 0)
        throw newer(source, "unknown flags");
    if (block[at_kdf] > static_cast<std::uint8_t>(password_kdf::hkdf))
        throw newer(source, "unknown key derivation");
    if (block[at_layout] > static_cast<std::uint8_t>(sfc_layout::growing))
        throw newer(source, "unknown layout");
}

/// Fields that do not apply must be zero: there is one way to write each header.
void check_password_fields(const byte_source& source, const sfc_header_block& block, const sfc_header& header) {
    const auto& root = header.root;
    const bool consistent =
        header.password_protected
            ? root.kdf == password_kdf::scrypt ||
                  (root.kdf == password_kdf::hkdf && all_zero(const_byte_span(block).subspan(at_cost, 3)))
            : all_zero(const_byte_span(block).subspan(at_kdf, at_container_id - at_kdf)) &&
                  all_zero(header.password_check);
    if (!consistent)
        throw sfc_damaged(source, "its header contradicts itself about the password");
    if (root.kdf == password_kdf::scrypt && !crypto::acceptable(root.cost))
        throw sfc_damaged(
            source, "its header asks for more scrypt work than a password is worth (64 MiB, N * r * p = 2^22)");
}

/// Only the kinds of containers that grow collect entries.
std::uint64_t largest_directory(sfc_layout accepted) {
    constexpr std::uint64_t of_two_entries = 1024 * 1024; // and far more; such containers come from strangers
    return accepted == sfc_layout::packed ? of_two_entries : limits::directory_bytes;
}

void check_sizes(const byte_source& source, const sfc_header& header, sfc_layout accepted) {
    const bool growing = header.layout == sfc_layout::growing;
    if (growing && accepted == sfc_layout::packed)
        throw sfc_damaged(source, "it is laid out like a container that is changed in place");
    if (header.total_size > source.size() || (header.total_size < source.size() && accepted == sfc_layout::packed))
        throw sfc_damaged(source, "its size is " + std::to_string(source.size()) + " bytes where its header says " +
                                      std::to_string(header.total_size));
    const auto tail = growing ? sfc_header_bytes : 0; // the copy of the header
    if (header.total_size < sfc_header_bytes + tail || header.directory_offset < sfc_header_bytes ||
        header.directory_offset > header.total_size - tail ||
        header.directory_stored > header.total_size - tail - header.directory_offset ||
        (!growing && header.directory_stored != header.total_size - header.directory_offset) ||
        header.directory_stored > segment_codec::stored_length(largest_directory(accepted)))
        throw sfc_damaged(source, "its header names an impossible place for the directory");
}

sfc_header fields_of(const sfc_header_block& block) {
    sfc_header header;
    header.version = load_le<std::uint16_t>(&block[at_version]);
    header.password_protected = (load_le<std::uint16_t>(&block[at_flags]) & flag_password) != 0;
    header.root.kdf = static_cast<password_kdf>(block[at_kdf]);
    header.root.cost = {block[at_cost], block[at_cost + 1], block[at_cost + 2]};
    header.root.salt = array_at<32>(&block[at_salt]);
    std::copy_n(&block[at_container_id], header.container_id.size(), header.container_id.begin());
    header.directory_salt = array_at<32>(&block[at_directory_salt]);
    header.directory_offset = load_le<std::uint64_t>(&block[at_directory_offset]);
    header.directory_stored = load_le<std::uint64_t>(&block[at_directory_stored]);
    header.total_size = load_le<std::uint64_t>(&block[at_total_size]);
    header.password_check = array_at<16>(&block[at_password_check]);
    header.layout = static_cast<sfc_layout>(block[at_layout]);
    return header;
}

/// All but the checksum, which stays zero.
sfc_header_block encode_fields(const sfc_header& header) {
    sfc_header_block block{};
    std::copy(magic.begin(), magic.end(), block.begin());
    store_le(&block[at_version], format_version);
    store_le(&block[at_flags], header.password_protected ? flag_password : std::uint16_t{0});
    block[at_kdf] = static_cast<std::uint8_t>(header.root.kdf);
    if (header.root.kdf == password_kdf::scrypt) {
        block[at_cost] = header.root.cost.log2_n;
        block[at_cost + 1] = header.root.cost.r;
        block[at_cost + 2] = header.root.cost.p;
    }
    std::copy(header.root.salt.begin(), header.root.salt.end(), &block[at_salt]);
    std::copy(header.container_id.begin(), header.container_id.end(), &block[at_container_id]);
    std::copy(header.directory_salt.begin(), header.directory_salt.end(), &block[at_directory_salt]);
    store_le(&block[at_directory_offset], header.directory_offset);
    store_le(&block[at_directory_stored], header.directory_stored);
    store_le(&block[at_total_size], header.total_size);
    std::copy(header.password_check.begin(), header.password_check.end(), &block[at_password_check]);
    block[at_layout] = static_cast<std::uint8_t>(header.layout);
    return block;
}

sfc_header read_header_at(const byte_source& source, std::uint64_t offset, sfc_layout accepted) {
    if (source.size() < sfc_header_bytes)
        throw sfc_damaged(source, "it is shorter than a header");
    sfc_header_block block{};
    source.read_at(offset, block);
    check_frame(source, block);
    if (!all_zero(const_byte_span(block).subspan(at_zeros, at_checksum - at_zeros)))
        throw sfc_damaged(source, "reserved bytes of its header are in use");
    const auto header = fields_of(block);
    check_password_fields(source, block, header);
    check_sizes(source, header, accepted);
    return header;
}

} // namespace

failure sfc_damaged(const byte_source& source, const std::string& what) {
    return damaged(source.name() + " is damaged or not a Secure File Container: " + what);
}

sfc_header_block encode_sfc_header(const sfc_header& header) {
    auto block = encode_fields(header);
    const auto checksum = crypto::sha256::of(const_byte_span(block).first(at_checksum));
    std::copy(checksum.begin(), checksum.end(), &block[at_checksum]);
    return block;
}

sfc_header read_sfc_header(const byte_source& source, sfc_layout accepted) {
    return read_header_at(source, 0, accepted);
}

sfc_header read_sfc_tail(const byte_source& source) {
    const auto header = read_header_at(
        source, std::max<std::uint64_t>(source.size(), sfc_header_bytes) - sfc_header_bytes, sfc_layout::growing);
    if (header.layout != sfc_layout::growing || header.total_size != source.size())
        throw sfc_damaged(source, "the copy of its header does not belong there");
    return header;
}

secure_bytes sfc_directory_key(const secure_bytes& root_key, const sfc_header& header) {
    return crypto::hkdf_sha256(root_key, header.directory_salt, directory_key_info);
}

std::array<std::uint8_t, 16> sfc_password_check(const secure_bytes& root_key, const sfc_header& header) {
    const auto check = crypto::hkdf_sha256(root_key, header.root.salt, password_check_info, 16);
    return array_at<16>(check.data());
}

segment_codec sfc_directory_codec(const secure_bytes* root_key, const sfc_header& header) {
    // The directories of a growing container take each other's places: the salt keeps their segments apart.
    if (root_key == nullptr)
        return segment_codec(
            {}, {}, header.layout == sfc_layout::growing ? load_le<std::uint64_t>(header.directory_salt.data()) : 0);
    const auto block = encode_fields(header);
    return segment_codec(sfc_directory_key(*root_key, header), {block.begin(), block.begin() + at_checksum});
}

std::shared_ptr<const segment_codec> sfc_entry_codec(const_byte_span key, const sfc_header& header, const uuid& id) {
    if (key.empty())
        return std::make_shared<segment_codec>(secure_bytes{}, std::vector<std::uint8_t>{});
    const auto block = encode_fields(header);
    std::vector<std::uint8_t> aad(block.begin(), block.begin() + at_directory_salt);
    aad.insert(aad.end(), id.begin(), id.end());
    return std::make_shared<segment_codec>(secure_bytes(key), std::move(aad));
}

} // namespace omegasafe::storage
