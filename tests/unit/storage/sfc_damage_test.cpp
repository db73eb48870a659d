// Whatever happens to a container's bytes, opening it says so, with the right code.
#include "crypto/hash.hpp"
#include "storage/container/sfc_header.hpp"
#include "storage/files/byte_order.hpp"
#include "storage_support.hpp"
#include <catch2/catch.hpp>

using namespace omegasafe;
using namespace omegasafe::storage;
using namespace omegasafe::test;

namespace {

bytes small_container(const sfc_password_ptr& password) {
    memory_sink sink;
    sfc_writer writer(sink, password);
    writer.add(id(1), pattern(7), pattern(33));
    writer.add(id(2), {}, {});
    writer.add(id(3), pattern(2), pattern(1));
    writer.finish();
    return sink.take();
}

/// Opens the container and reads all of it.
errc read_all(const bytes& content, const sfc_password_ptr& password) {
    return code_of([&] {
        const sfc_reader reader(in_memory(content), password);
        for (const auto& entry : reader.entries())
            reader.read(entry, content.size());
    });
}

/// Writes `header` with a right checksum over the beginning of `content`.
void put_header(bytes& content, const sfc_header& header) {
    const auto block = encode_sfc_header(header);
    std::copy(block.begin(), block.end(), content.begin());
}

/// Writes a right checksum after header bytes were changed.
void put_checksum(bytes& content) {
    const auto checksum = crypto::sha256::of(crypto::const_byte_span(content).first(160));
    std::copy(checksum.begin(), checksum.end(), content.begin() + 160);
}

/// One plain container with the given entries area and directory, checks right.
bytes forged(crypto::const_byte_span entries_area, const bytes& directory, const sfc_password_ptr& password = nullptr) {
    sfc_header header;
    std::shared_ptr<const secure_bytes> root;
    header.root.cost = {0, 0, 0};
    if (password != nullptr) {
        header.password_protected = true;
        header.root = password->for_new_container();
        root = password->root_key(header.root);
        header.password_check = sfc_password_check(*root, header);
    }
    header.directory_offset = 192 + entries_area.size();
    header.directory_stored = segment_codec::stored_length(directory.size());
    header.total_size = header.directory_offset + header.directory_stored;
    bytes content(header.total_size);
    put_header(content, header);
    std::copy(entries_area.begin(), entries_area.end(), content.begin() + 192);
    sfc_directory_codec(root.get(), header)
        .seal(0, true, directory, crypto::byte_span(content).subspan(header.directory_offset));
    return content;
}

struct listed {
    std::uint8_t number;
    std::uint64_t offset;
    std::uint64_t length;
    std::uint32_t attributes = 0;
};

bytes directory_of(std::uint32_t count, const std::vector<listed>& entries) {
    bytes out(4);
    store_le(out.data(), count);
    for (const auto& entry : entries) {
        bytes row(36 + entry.attributes);
        row[15] = entry.number;
        store_le(&row[16], entry.offset);
        store_le(&row[24], entry.length);
        store_le(&row[32], entry.attributes);
        out.insert(out.end(), row.begin(), row.end());
    }
    return out;
}

} // namespace

TEST_CASE("every flipped bit of a container is noticed", "[sfc]") {
    const auto password = GENERATE(false, true) ? fast_password() : nullptr;
    const auto good = small_container(password);
    REQUIRE(read_all(good, password) == errc::none);
    for (std::size_t at = 0; at < good.size(); ++at)
        for (int bit = 0; bit < 8; ++bit) {
            auto bad = good;
            bad[at] ^= static_cast<std::uint8_t>(1 << bit);
            const auto code = read_all(bad, password);
            INFO("byte " << at << " bit " << bit);
            if (at >= 8 && at < 12) // version and flags
                REQUIRE((code == errc::container_damaged || code == errc::container_newer));
            else
                REQUIRE(code == errc::container_damaged);
        }
}

TEST_CASE("every cut and every addition is noticed", "[sfc]") {
    const auto password = GENERATE(false, true) ? fast_password() : nullptr;
    const auto good = small_container(password);
    for (std::size_t size = 0; size < good.size(); ++size) {
        INFO("cut to " << size);
        REQUIRE(read_all({good.begin(), good.begin() + size}, password) == errc::container_damaged);
    }
    auto longer = good;
    longer.push_back(0);
    CHECK(read_all(longer, password) == errc::container_damaged);
}

TEST_CASE("newer versions, flags and key derivations are refused as newer", "[sfc]") {
    auto content = small_container(fast_password());
    SECTION("version") {
        content[8] = 2;
    }
    SECTION("flag") {
        content[10] |= 2;
    }
    SECTION("high flag") {
        content[11] = 0x80;
    }
    SECTION("key derivation") {
        content[12] = 3;
    }
    put_checksum(content);
    CHECK(read_all(content, fast_password()) == errc::container_newer);
}

TEST_CASE("headers that contradict themselves are damage", "[sfc]") {
    auto content = small_container(fast_password());
    SECTION("version 0") {
        content[8] = 0;
    }
    SECTION("a password flag without key derivation") {
        content[12] = 0;
    }
    SECTION("key derivation without a password flag") {
        content[10] = 0;
    }
    SECTION("costs for HKDF") {
        content[13] = 15;
    }
    SECTION("reserved bytes") {
        content[150] = 1;
    }
    SECTION("scrypt that takes all memory") {
        content[12] = 1;
        content[13] = 30;
        content[14] = 32;
        content[15] = 16;
    }
    SECTION("scrypt that takes more than 64 MiB") {
        content[12] = 1;
        content[13] = 16;
        content[14] = 16;
        content[15] = 1;
    }
    SECTION("scrypt that takes many seconds") {
        content[12] = 1;
        content[13] = 15;
        content[14] = 8;
        content[15] = 17;
    }
    SECTION("directory before the end of the header") {
        store_le<std::uint64_t>(&content[96], 191);
    }
    SECTION("directory beyond the file") {
        store_le<std::uint64_t>(&content[96], UINT64_MAX - 15);
    }
    SECTION("directory that is too long") {
        store_le<std::uint64_t>(&content[104], UINT64_MAX);
    }
    put_checksum(content);
    CHECK(read_all(content, fast_password()) == errc::container_damaged);
}

TEST_CASE("a header with another salt and a right checksum is a wrong password", "[sfc]") {
    auto content = small_container(fast_password());
    content[20] ^= 1;
    put_checksum(content);
    CHECK(read_all(content, fast_password()) == errc::password_wrong);
}

TEST_CASE("a sealed header cannot be forged without the password", "[sfc]") {
    auto content = small_container(fast_password());
    content[50] ^= 1; // container id
    put_checksum(content);
    CHECK(read_all(content, fast_password()) == errc::container_damaged);
}

TEST_CASE("hostile directories are refused", "[sfc]") {
    bytes two(64); // two stored entries of 16 plain bytes
    segment_codec({}, {}).seal(0, true, pattern(16), crypto::byte_span(two).first(32));
    segment_codec({}, {}).seal(0, true, pattern(16), crypto::byte_span(two).last(32));
    CHECK(read_all(forged(two, directory_of(2, {{1, 192, 16}, {2, 224, 16}})), nullptr) == errc::none);
    CHECK(read_all(forged(two, directory_of(2, {{1, 224, 16}, {2, 192, 16}})), nullptr) == errc::none);
    const std::vector<bytes> hostile{
        {},                                                           // no count
        {0, 0, 0},                                                    // half a count
        directory_of(UINT32_MAX, {{1, 192, 16}, {2, 224, 16}}),       // count beyond the bytes
        directory_of(3, {{1, 192, 16}, {2, 224, 16}}),                // one too many
        directory_of(1, {{1, 192, 16}, {2, 224, 16}}),                // one too few
        directory_of(2, {{2, 192, 16}, {1, 224, 16}}),                // not sorted
        directory_of(2, {{1, 192, 16}, {1, 224, 16}}),                // not unique
        directory_of(2, {{1, 192, 16}, {2, 192, 16}}),                // overlap
        directory_of(2, {{1, 192, 17}, {2, 224, 16}}),                // overlap by one
        directory_of(1, {{1, 192, 16}}),                              // gap before the directory
        directory_of(1, {{1, 224, 16}}),                              // gap after the header
        directory_of(2, {{1, 0, 16}, {2, 192, 48}}),                  // in the header
        directory_of(2, {{1, 192, UINT64_MAX}, {2, 224, 16}}),        // length overflows
        directory_of(2, {{1, 192, UINT64_MAX - 15}, {2, 224, 16}}),   // stored length overflows
        directory_of(2, {{1, UINT64_MAX - 31, 16}, {2, 192, 16}}),    // offset overflows
        directory_of(2, {{1, 192, 16}, {2, 224, 16, 16 * 1024 + 1}}), // attributes too long
    };
    for (std::size_t i = 0; i < hostile.size(); ++i) {
        INFO("directory " << i);
        CHECK(read_all(forged(two, hostile[i]), nullptr) == errc::container_damaged);
    }
    auto attributes_beyond_end = directory_of(2, {{1, 192, 16}, {2, 224, 16}});
    attributes_beyond_end[4 + 36 + 32] = 1;
    CHECK(read_all(forged(two, attributes_beyond_end), nullptr) == errc::container_damaged);
    CHECK(read_all(forged(two, directory_of(1, {{1, 192, 16}}), fast_password()), fast_password()) ==
          errc::container_damaged); // too short for a sealed directory
}

TEST_CASE("sealed containers cannot be joined from parts of each other", "[sfc]") {
    const auto a = small_container(fast_password());
    const auto b = small_container(fast_password());
    REQUIRE(a.size() == b.size());
    for (const std::size_t cut : {192U, 241U, 257U, 274U}) { // after header, entry 1, entry 2, entry 3
        bytes joined(a.begin(), a.begin() + cut);
        joined.insert(joined.end(), b.begin() + cut, b.end());
        INFO("cut at " << cut);
        CHECK(read_all(joined, fast_password()) == errc::container_damaged);
    }
}

TEST_CASE("only containers that collect entries have a directory beyond 1 MiB", "[sfc]") {
    memory_sink sink;
    sfc_writer writer(sink, nullptr);
    for (std::uint8_t i = 0; i < 70; ++i)
        writer.add(id(i), pattern(16'000), {});
    writer.finish();
    const auto large = in_memory(sink.take());
    CHECK(sfc_reader(large, nullptr, sfc_layout::growing).entries().size() == 70);
    CHECK(code_of([&] { sfc_reader{large, nullptr}; }) == errc::container_damaged);
}

TEST_CASE("a container that asks for too much scrypt is refused before anything is computed", "[sfc]") {
    const auto chosen = std::make_shared<sfc_password>("chosen by somebody");
    auto content = small_container(chosen);
    content[13] = 20; // an hour, and 16 GiB
    content[14] = 128;
    content[15] = 255;
    put_checksum(content);
    const auto sentence = sentence_of([&] { sfc_reader{in_memory(content), chosen}; });
    CHECK(sentence.find("more scrypt work than a password is worth") != std::string::npos);
}
