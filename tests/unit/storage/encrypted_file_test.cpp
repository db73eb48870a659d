// Encrypted files: their metadata, their container and the encryption in memory that Deltas use.
#include "crypto/random.hpp"
#include "storage/records/encrypted_file.hpp"
#include "storage_support.hpp"
#include "test_keys.hpp"
#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

using namespace omegasafe;
using namespace omegasafe::storage;
using namespace omegasafe::test;

namespace {

bytes encrypted(const bytes& data, std::uint64_t first, std::uint64_t suffix, const sfc_password_ptr& layer) {
    return encrypt_in_memory(
        test_delta(), first, {test_delta().info.key_uuid, 1'000'000 + first}, "a file.txt", data, suffix, layer);
}

secure_bytes decrypted(const bytes& container, std::uint64_t first, const sfc_password_ptr& layer) {
    return decrypt_in_memory(test_delta(), first, open_encrypted_file(in_memory(container), layer));
}

/// A container with the two entries of an encrypted file and whatever is in them.
bytes container_with(std::string_view json, std::size_t data_size, const bytes& attributes = {}, bool third = false) {
    memory_sink sink;
    sfc_writer writer(sink, nullptr);
    writer.add(encryption_metadata_uuid, attributes, crypto::as_bytes(json));
    writer.add(encrypted_data_uuid, {}, pattern(data_size));
    if (third)
        writer.add(id(1), {}, {});
    writer.finish();
    return sink.take();
}

const std::string good_json = R"({"key_uuid":"11111111-2222-4333-8444-555555555555","global_position_start":7})";

} // namespace

TEST_CASE("what is encrypted in memory is decrypted", "[encrypted_file]") {
    const auto layer = GENERATE(false, true) ? fast_password() : nullptr;
    const auto size = GENERATE(as<std::size_t>{}, 0, 1, 63 * 1024, 65536, 300'000);
    const auto data = pattern(size);
    const auto container = encrypted(data, 12'345, size / 20, layer);
    CHECK(to_bytes(decrypted(container, 12'345, layer)) == data);
    const auto info = open_encrypted_file(in_memory(container), layer);
    CHECK(info.metadata == encryption_metadata{test_delta().info.key_uuid, 1'012'345});
    CHECK(info.data.length == 1024 + size + size / 20);
    CHECK(info.container->entries().size() == 2);
    CHECK(info.container->find(encryption_metadata_uuid)->offset == 192);
}

TEST_CASE("the wrong position or key gives no plain text", "[encrypted_file]") {
    const auto container = encrypted(pattern(1000), 500, 0, nullptr);
    CHECK(code_of([&] { decrypted(container, 501, nullptr); }) == errc::integrity_failed);
    CHECK(code_of([&] { decrypt_in_memory(test_alpha(), 500, open_encrypted_file(in_memory(container), {})); }) ==
          errc::integrity_failed);
    CHECK(code_of([&] { decrypted(container, small_geometry.capacity() - 2023, nullptr); }) == errc::container_damaged);
    CHECK(code_of([&] { decrypted(container, UINT64_MAX, nullptr); }) == errc::container_damaged);
}

TEST_CASE("every flipped byte and cut of an encrypted file is noticed", "[encrypted_file]") {
    const auto layer = GENERATE(false, true) ? fast_password() : nullptr;
    const auto good = encrypted(pattern(500), 0, 20, layer);
    const auto outcome = [&](const bytes& container) { return code_of([&] { decrypted(container, 0, layer); }); };
    REQUIRE(outcome(good) == errc::none);
    for (std::size_t at = 0; at < good.size(); ++at) {
        auto bad = good;
        bad[at] ^= 0x10;
        INFO("byte " << at);
        const auto code = outcome(bad);
        REQUIRE((code == errc::container_damaged || (at >= 8 && at < 12 && code == errc::container_newer)));
        REQUIRE(outcome({good.begin(), good.begin() + at}) == errc::container_damaged);
    }
}

TEST_CASE("altered cipher text in a repaired container fails the integrity check", "[encrypted_file]") {
    const auto file = open_encrypted_file(in_memory(encrypted(pattern(500), 0, 20, nullptr)), nullptr);
    const auto cipher_text = to_bytes(file.container->read(file.data, 10'000));
    const auto outcome = [&](std::size_t at) {
        auto altered = cipher_text;
        altered[at] ^= 1;
        memory_sink sink;
        sfc_writer writer(sink, nullptr);
        writer.add(encryption_metadata_uuid, {}, crypto::as_bytes(to_json(file.metadata)));
        writer.add(encrypted_data_uuid, {}, altered);
        writer.finish();
        return code_of([&] { decrypted(sink.take(), 0, nullptr); });
    };
    for (const std::size_t at : {0U, 20U, 60U, 1024U, 1523U}) { // magic, digest, tag, first and last byte of the file
        INFO("byte " << at);
        CHECK(outcome(at) == errc::integrity_failed);
    }
    CHECK(outcome(1524) == errc::none); // the random suffix means nothing
}

TEST_CASE("layer passwords have their own code and name the settings", "[encrypted_file]") {
    const auto container = encrypted(pattern(5), 0, 0, fast_password());
    const auto wrong = std::make_shared<sfc_password>(crypto::generate_password().text());
    for (const auto& layer : {sfc_password_ptr{}, wrong}) {
        CHECK(code_of([&] { open_encrypted_file(in_memory(container), layer); }) == errc::layer_password);
        const auto sentence = sentence_of([&] { open_encrypted_file(in_memory(container), layer); });
        CHECK(sentence.find(" TRADITIONAL_ENC_LAYER_PASS") != std::string::npos);
        CHECK(sentence.find("OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS") != std::string::npos);
    }
}

TEST_CASE("containers that are no encrypted files are refused", "[encrypted_file]") {
    const auto outcome = [](const bytes& container) {
        return code_of([&] { open_encrypted_file(in_memory(container), nullptr); });
    };
    CHECK(outcome(container_with(good_json, 1024)) == errc::none);
    CHECK(outcome(container_with(good_json, 1023)) == errc::container_damaged);
    CHECK(outcome(container_with(good_json, 1024, {1})) == errc::container_damaged);
    CHECK(outcome(container_with(good_json, 1024, {}, true)) == errc::container_damaged);
    CHECK(outcome(container_with(good_json + std::string(5000, ' '), 1024)) == errc::container_damaged);
    const std::string last = crypto::to_decimal(~crypto::u128{0});
    CHECK(outcome(container_with(
              R"({"key_uuid":"11111111-2222-4333-8444-555555555555","global_position_start":")" + last + "\"}",
              1024)) == errc::container_damaged); // positions beyond 128 bits
    memory_sink sink;
    sfc_writer writer(sink, nullptr);
    writer.add(encrypted_data_uuid, {}, pattern(2000));
    writer.add(id(1), {}, {});
    writer.finish();
    CHECK(outcome(sink.take()) == errc::container_damaged);
}

TEST_CASE("encryption metadata is exactly two fields", "[encryption_metadata]") {
    CHECK(to_json(parse_encryption_metadata(good_json)) == good_json);
    const std::string key = R"("key_uuid":"11111111-2222-4333-8444-555555555555")";
    const auto position = [&](const std::string& value) {
        return "{" + key + ",\"global_position_start\":" + value + "}";
    };
    CHECK(parse_encryption_metadata(position("9007199254740991")).global_position_start == 9007199254740991U);
    CHECK(parse_encryption_metadata(position("\"9007199254740992\"")).global_position_start == 9007199254740992U);
    CHECK(parse_encryption_metadata(" { \"global_position_start\" : 0 , " + key + " } ").global_position_start == 0);
    for (const auto& bad : {
             std::string(),
             std::string("null"),
             std::string("[]"),
             std::string("{}"),
             std::string("{" + key + "}"),
             std::string(R"({"global_position_start":7})"),
             position("-1"),
             position("1.0"),
             position("1e3"),
             position("9007199254740992"),
             position("\"7\""),
             position("\"9007199254740991\""),
             position("\"09007199254740992\""),
             position("\"340282366920938463463374607431768211456\""),
             position("null"),
             position("[7]"),
             position("7,\"more\":1"),
             position("7,\"global_position_start\":7"),
             position("7") + "x",
             position("7").substr(1),
             "\xef\xbb\xbf" + position("7"),
             position("7") + std::string(1, '\0'),
             position("7") + std::string(1, '\0') + "more",
             std::string(1, '\0') + position("7"),
             position(std::string(4000, '[')),
             std::string(R"({"key_uuid":"11111111","global_position_start":7})"),
             std::string(R"({"key_uuid":7,"global_position_start":7})"),
             std::string(R"({"key_uuid":"{11111111-2222-4333-8444-555555555555}","global_position_start":7})"),
         }) {
        INFO(bad);
        CHECK(code_of([&] { parse_encryption_metadata(bad); }) == errc::container_damaged);
    }
}

TEST_CASE("any encryption metadata round trips", "[encryption_metadata]") {
    rc::prop("any encryption metadata round trips", [](std::uint64_t high, std::uint64_t low, bool small) {
        const encryption_metadata metadata{crypto::random_uuid(), small ? low >> 11 : crypto::u128{high} << 64 | low};
        RC_ASSERT(parse_encryption_metadata(to_json(metadata)) == metadata);
    });
}

TEST_CASE("random suffixes stay within 5 % and the iteration", "[encrypted_file]") {
    rc::prop("random suffixes stay within 5 % and the iteration", [] {
        const auto length = *rc::gen::inRange<std::uint64_t>(0, std::uint64_t{1} << 62);
        const auto room = *rc::gen::inRange<std::uint64_t>(0, 1000);
        RC_ASSERT(draw_suffix_length(length, UINT64_MAX) <= static_cast<std::uint64_t>(crypto::u128{length} * 5 / 100));
        RC_ASSERT(draw_suffix_length(length, length + 1024 + room) <= room);
    });
    CHECK(draw_suffix_length(19, UINT64_MAX) == 0);
    CHECK(draw_suffix_length(0, 1024) == 0);
    CHECK(code_of([] { draw_suffix_length(1, 1024); }) == errc::file_too_large);
    CHECK(code_of([] { draw_suffix_length(0, 1023); }) == errc::file_too_large);
    CHECK(code_of([] { draw_suffix_length(UINT64_MAX, 2000); }) == errc::file_too_large);
    std::uint64_t largest = 0;
    for (int i = 0; i < 1000; ++i)
        largest = std::max(largest, draw_suffix_length(200, UINT64_MAX));
    CHECK(largest == 10); // 5 % itself occurs: a miss has the chance (10/11)^1000
}
