// FileMetadata and the tag in it, which is right for one file at one place only.
#include "crypto/random.hpp"
#include "storage/files/byte_order.hpp"
#include "storage/records/encrypted_file.hpp"
#include "storage_support.hpp"
#include "test_keys.hpp"
#include <catch2/catch.hpp>

using namespace omegasafe;
using namespace omegasafe::storage;
using namespace omegasafe::test;

namespace {

metadata_place place(crypto::u128 start = 1'000'007, std::uint64_t length = 2'000) {
    return {test_delta(), start, length};
}

/// Bytes with the tag that they ought to have: what only somebody with all maps can make.
bytes tagged(bytes metadata) {
    const auto& info = test_delta().info;
    bytes text(info.key_uuid.begin(), info.key_uuid.end());
    text.insert(text.end(), info.iteration_uuid.begin(), info.iteration_uuid.end());
    text.resize(56);
    store_le<std::uint64_t>(text.data() + 32, 1'000'007);
    store_le<std::uint64_t>(text.data() + 48, 2'000);
    std::fill_n(metadata.begin() + 48, 32, std::uint8_t{0});
    text.insert(text.end(), metadata.begin(), metadata.end());
    std::ranges::copy(crypto::hmac_sha256(test_delta().tag_key, text), metadata.begin() + 48);
    return metadata;
}

errc read_code(const_byte_span metadata, const metadata_place& where) {
    return code_of([&] { decode_file_metadata(metadata, where); });
}

/// An encrypted file of `metadata` and `size` bytes behind it, packed anew as anybody can.
bytes packed(const encryption_metadata& names, const_byte_span data) {
    memory_sink sink;
    sfc_writer writer(sink, nullptr);
    writer.add(encryption_metadata_uuid, {}, crypto::as_bytes(to_json(names)));
    writer.add(encrypted_data_uuid, {}, data);
    writer.finish();
    return sink.take();
}

} // namespace

TEST_CASE("file metadata round trips and hides what it does not use", "[file_metadata]") {
    const file_metadata metadata{"na\xc3\xafve file.tar.gz", 123'456'789'012, crypto::sha256::of(pattern(3))};
    const auto encoded = encode(metadata, place());
    REQUIRE(encoded.size() == 1024);
    const auto decoded = decode_file_metadata(encoded, place());
    CHECK(decoded.name == metadata.name);
    CHECK(decoded.length == metadata.length);
    CHECK(decoded.sha256 == metadata.sha256);
    const auto unused = [](const secure_bytes& block) { return to_bytes(block.span().last(700)); };
    CHECK(unused(encoded) != unused(encode(metadata, place())));
    CHECK(code_of([] { encode(file_metadata{"a/b", 0, {}}, place()); }) == errc::usage);
}

TEST_CASE("file metadata that is none is refused, also with a right tag", "[file_metadata]") {
    const auto good = to_bytes(encode(file_metadata{"name", 4, {}}, place()).span());
    REQUIRE(tagged(good) == good);
    const auto with = [&](std::size_t at, std::uint8_t value) {
        auto bad = good;
        bad[at] = value;
        return read_code(tagged(bad), place());
    };
    CHECK(with(0, 'o') == errc::integrity_failed);
    CHECK(with(4, 0) == errc::integrity_failed);
    CHECK(with(4, 1) == errc::integrity_failed); // the version without a tag
    CHECK(with(4, 3) == errc::container_newer);
    CHECK(with(6, 0) == errc::integrity_failed);    // empty name
    CHECK(with(7, 1) == errc::integrity_failed);    // name of 260 bytes
    CHECK(with(80, '/') == errc::integrity_failed); // a separator
    CHECK(with(81, 'b') == errc::none);
    CHECK(read_code(const_byte_span(good).first(1023), place()) == errc::integrity_failed);
}

TEST_CASE("no bit of file metadata can be changed", "[file_metadata]") {
    const auto good = to_bytes(encode(file_metadata{"name", 4, {}}, place()).span());
    REQUIRE(read_code(good, place()) == errc::none);
    for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
        auto bad = good;
        bad[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        INFO("bit " << bit);
        const auto code = read_code(bad, place());
        REQUIRE((code == errc::integrity_failed || ((bit / 8 == 4 || bit / 8 == 5) && code == errc::container_newer)));
    }
}

TEST_CASE("file metadata is good at its own place only", "[file_metadata]") {
    const auto good = encode(file_metadata{"name", 4, {}}, place());
    CHECK(read_code(good, place()) == errc::none);
    CHECK(read_code(good, place(1'000'008)) == errc::integrity_failed);
    CHECK(read_code(good, place((crypto::u128{1} << 64) + 1'000'007)) == errc::integrity_failed);
    CHECK(read_code(good, place(1'000'007, 1'999)) == errc::integrity_failed);
    const auto with = [&](const iteration_info& info, const secure_bytes& key) {
        const key_iteration other{info, test_delta().cipher, secure_bytes{key.span()}};
        return read_code(good, {other, 1'000'007, 2'000});
    };
    auto info = test_delta().info;
    CHECK(with(info, test_delta().tag_key) == errc::none);
    CHECK(with(info, test_alpha().tag_key) == errc::integrity_failed);
    info.iteration_uuid = id(7);
    CHECK(with(info, test_delta().tag_key) == errc::integrity_failed);
    info = test_delta().info;
    info.key_uuid = id(7);
    CHECK(with(info, test_delta().tag_key) == errc::integrity_failed);
}

TEST_CASE("the tag key takes in every map and the iteration's UUID", "[file_metadata]") {
    const auto& info = test_delta().info;
    const auto key_with = [&](std::size_t at, const uuid& iteration) {
        secure_bytes maps{test_delta().cipher->key().bytes()};
        if (at > 0)
            std::swap(maps.data()[at - 1], maps.data()[at - 2]);
        auto other = info;
        other.iteration_uuid = iteration;
        const key_iteration made{other, std::make_shared<const crypto::cipher>(
                                            std::make_shared<crypto::key_material>(info.geometry, std::move(maps)))};
        return to_bytes(made.tag_key.span());
    };
    const auto key = to_bytes(test_delta().tag_key.span());
    CHECK(key.size() == 32);
    CHECK(key_with(0, info.iteration_uuid) == key);
    CHECK(key_with(0, id(7)) != key);
    for (std::size_t map = 1; map <= info.geometry.material_bytes() / 256; map += 97)
        CHECK(key_with(256 * map, info.iteration_uuid) != key);
}

TEST_CASE("the tail of a file is no other file", "[file_metadata]") {
    // Its content holds a FileMetadata, as an encrypted file does when a plain one is put into it.
    const auto inner =
        encode(file_metadata{"order.txt", 100, crypto::sha256::of(pattern(100))}, {test_delta(), 1'000'007, 1'124});
    auto content = to_bytes(inner.span());
    const auto rest = pattern(100);
    content.insert(content.end(), rest.begin(), rest.end());
    const auto start = test_delta().info.first_position();
    const auto outer = encrypt_in_memory(
        test_delta(), 5'000, {test_delta().info.key_uuid, start + 5'000}, "outer", content, 0, nullptr);
    const auto file = open_encrypted_file(in_memory(outer), nullptr);
    const auto data = to_bytes(file.container->read(file.data, 10'000));
    const auto tail = packed({test_delta().info.key_uuid, start + 6'024}, const_byte_span(data).subspan(1'024));
    CHECK(code_of([&] { decrypt_in_memory(test_delta(), 6'024, open_encrypted_file(in_memory(tail), nullptr)); }) ==
          errc::integrity_failed);
}

TEST_CASE("a file cannot be cut, extended or moved", "[file_metadata]") {
    const auto start = test_delta().info.first_position();
    const encryption_metadata names{test_delta().info.key_uuid, start + 5'000};
    const auto file = open_encrypted_file(
        in_memory(encrypt_in_memory(test_delta(), 5'000, names, "name", pattern(500), 25, nullptr)), nullptr);
    const auto data = to_bytes(file.container->read(file.data, 10'000));
    const auto code = [](const bytes& container, std::uint64_t first) {
        return code_of([&] { decrypt_in_memory(test_delta(), first, open_encrypted_file(in_memory(container), {})); });
    };
    auto longer = data;
    longer.push_back(0);
    CHECK(code(packed(names, data), 5'000) == errc::none);
    CHECK(code(packed(names, const_byte_span(data).first(data.size() - 1)), 5'000) == errc::integrity_failed); // suffix
    CHECK(code(packed(names, longer), 5'000) == errc::integrity_failed);
    CHECK(code(packed({names.key_uuid, names.global_position_start + 1}, data), 5'000) == errc::integrity_failed);
}

TEST_CASE("names that a decrypted file may not get", "[file_metadata]") {
    for (const auto& name : {std::string(), std::string("."), std::string(".."), std::string("a/b"), std::string("/"),
             std::string("a\\b"), std::string("a\nb"), std::string("a\0b", 3), std::string("\x7f"),
             std::string("\x1b[2J"), std::string(256, 'a')})
        CHECK_FALSE(safe_base_name(name));
    for (const auto& name : {std::string("a"), std::string("..."), std::string(".hidden"), std::string("a b"),
             std::string("\xc3\xa9"), std::string("\xff"), std::string(255, 'a')})
        CHECK(safe_base_name(name));
}
