// Key iterations as they are described, exported, sealed and sent.
#include "storage/files/byte_order.hpp"
#include "storage/records/encrypted_file.hpp"
#include "storage/records/exported_key.hpp"
#include "storage_support.hpp"
#include "test_keys.hpp"
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <rapidcheck/catch.h>

using namespace omegasafe;
using namespace omegasafe::storage;
using namespace omegasafe::test;
using nlohmann::json;

namespace {

errc decode_code(const bytes& cbor) {
    return code_of([&] { decode_iteration_info(cbor); });
}

bool same_maps(const key_iteration& a, const key_iteration& b) {
    return to_bytes(a.cipher->key().bytes()) == to_bytes(b.cipher->key().bytes());
}

bytes payload_of(const key_iteration& iteration) {
    return to_bytes(encode_payload(iteration.info, iteration.cipher->key()).span());
}

} // namespace

TEST_CASE("positions of an iteration", "[key_iteration]") {
    iteration_info info{id(1), id(2), 0, "n", "0.1.0", crypto::big_preset};
    CHECK(info.first_position() == 0);
    info.seq_number = 1;
    CHECK(info.first_position() == 0);
    CHECK(info.last_position() == info.geometry.capacity() - 1);
    info.seq_number = info.geometry.supported_deltas();
    CHECK(info.last_position() == info.geometry.total_capacity() - 1);
}

TEST_CASE("descriptions round trip", "[key_iteration]") {
    rc::prop("descriptions round trip", [] {
        const auto size = rc::gen::inRange<std::uint32_t>(100'000, 1'000'001);
        iteration_info info{crypto::random_uuid(), crypto::random_uuid(), 0,
            *rc::gen::container<std::string>(rc::gen::inRange<char>(' ', '\x7f')), "0.1.0",
            {*size, *size, *rc::gen::inRange<std::uint32_t>(2, 5)}};
        info.key_name.resize(std::min<std::size_t>(info.key_name.size(), 255));
        info.seq_number = *rc::gen::inRange<std::uint64_t>(0, info.geometry.supported_deltas() + 1);
        RC_ASSERT(decode_iteration_info(encode(info)) == info);
    });
}

TEST_CASE("descriptions have one form only", "[key_iteration]") {
    const auto good = encode(test_alpha().info);
    const auto object = json::from_cbor(good);
    const auto with = [&](const std::string& field, const json& value) {
        auto changed = object;
        changed[field] = value;
        return decode_code(json::to_cbor(changed));
    };
    REQUIRE(decode_code(good) == errc::none);
    CHECK(with("seq_number", 197) == errc::none);
    CHECK(with("seq_number", 198) == errc::container_damaged); // more Deltas than the key supports
    CHECK(with("seq_number", -1) == errc::container_damaged);
    CHECK(with("seq_number", "1") == errc::container_damaged);
    CHECK(with("rotors", 5) == errc::container_damaged);
    CHECK(with("rotors", 1) == errc::container_damaged);
    CHECK(with("nucleus_bytes", 99'999) == errc::container_damaged);
    CHECK(with("rotor_bytes", 4'295'067'296) == errc::container_damaged); // 100,000 in the low 32 bits
    CHECK(with("key_name", std::string(256, 'a')) == errc::container_damaged);
    CHECK(with("key_name", "a\nb") == errc::container_damaged);
    CHECK(with("key_name", "\xff") == errc::container_damaged);
    CHECK(with("key_name", 7) == errc::container_damaged);
    CHECK(with("key_uuid", "no") == errc::container_damaged);
    CHECK(with("more", 1) == errc::container_damaged);
    CHECK(with("format", 2) == errc::container_newer);
    CHECK(with("format", "1") == errc::container_damaged);
    for (const auto& field : object.items()) {
        auto less = object;
        less.erase(field.key());
        CHECK(decode_code(json::to_cbor(less)) == errc::container_damaged);
    }
    for (std::size_t size = 0; size < good.size(); ++size)
        REQUIRE(decode_code({good.begin(), good.begin() + size}) == errc::container_damaged);
    auto longer = good;
    longer.push_back(0);
    CHECK(decode_code(longer) == errc::container_damaged);
    CHECK(decode_code({0x9b, 0xd7, 0x38, 0x65, 0xf2, 0x61, 0x74, 0x69, 0x6f}) ==
          errc::container_damaged);                                   // an array of 2^63 elements and more
    CHECK(decode_code(bytes(1024, 0x81)) == errc::container_damaged); // deep nesting
    CHECK(decode_code(bytes(1025, 0x81)) == errc::container_damaged);
    CHECK(code_of([] {
        encode(iteration_info{id(1), id(2), 0, std::string(256, 'a'), "0.1.0", small_geometry});
    }) == errc::usage);
}

TEST_CASE("payloads round trip and are checked", "[key_iteration]") {
    const auto good = payload_of(test_delta());
    const auto decoded = decode_payload(secure_bytes(good));
    CHECK(decoded->info == test_delta().info);
    CHECK(same_maps(*decoded, test_delta()));
    const auto code = [](const bytes& payload) { return code_of([&] { decode_payload(secure_bytes(payload)); }); };
    for (const std::size_t size : {std::size_t{0}, std::size_t{3}, std::size_t{4}, std::size_t{100}, good.size() - 1})
        CHECK(code({good.begin(), good.begin() + size}) == errc::container_damaged);
    auto longer = good;
    longer.resize(good.size() + 256);
    CHECK(code(longer) == errc::container_damaged);
    auto no_permutation = good;
    no_permutation.back() ^= 1;
    CHECK(code(no_permutation) == errc::container_damaged);
    auto long_description = good;
    store_le<std::uint32_t>(long_description.data(), UINT32_MAX);
    CHECK(code(long_description) == errc::container_damaged);
    CHECK(code(bytes(max_payload_bytes + 1)) == errc::container_damaged);
}

TEST_CASE("the device's key store keeps the tag key, and reads an iteration without", "[key_iteration]") {
    const auto stored = to_bytes(encode_stored(test_delta()).span());
    CHECK(stored.size() == payload_of(test_delta()).size() + 32);
    const auto own = to_bytes(test_delta().tag_key.span());
    CHECK(to_bytes(decode_stored(secure_bytes(stored))->tag_key.span()) == own);
    const auto derived = decode_stored(secure_bytes(payload_of(test_delta())));
    CHECK(to_bytes(derived->tag_key.span()) == own);
    CHECK(same_maps(*derived, test_delta()));
    CHECK(code_of([&] { decode_payload(secure_bytes(stored)); }) == errc::container_damaged); // nowhere else
    CHECK(code_of([&] { decode_stored(secure_bytes(const_byte_span(stored).first(stored.size() - 1))); }) ==
          errc::container_damaged);
}

TEST_CASE("an exported key is read back", "[key_iteration]") {
    const auto password = GENERATE(false, true) ? fast_password() : nullptr;
    const temporary_folder folder;
    const auto path = folder / "alpha.omegakey";
    const auto alone = [](const key_iteration& iteration) {
        return exported_key{std::make_shared<const key_iteration>(iteration.info, iteration.cipher), std::nullopt};
    };
    export_key(path, alone(test_alpha()), password);
    CHECK(code_of([&] { export_key(path, alone(test_alpha()), password); }) == errc::output_refused);
    CHECK(code_of([&] { export_key(folder / "delta", alone(test_delta()), password); }) == errc::internal);
    const auto source = std::make_shared<file_source>(path);
    const auto [alpha, layer] = read_exported_key(source, password);
    CHECK_FALSE(layer);
    CHECK(alpha->info == test_alpha().info);
    CHECK(same_maps(*alpha, test_alpha()));
    if (password != nullptr) {
        CHECK(code_of([&] { read_exported_key(source, nullptr); }) == errc::password_missing);
        const auto wrong = std::make_shared<sfc_password>(crypto::generate_password().text());
        CHECK(code_of([&] { read_exported_key(source, wrong); }) == errc::password_wrong);
    }
}

TEST_CASE("containers that are no exported Alpha are refused", "[key_iteration]") {
    const auto code = [](const key_iteration& payload, const uuid& entry, const bytes& attributes, bool second) {
        memory_sink sink;
        sfc_writer writer(sink, nullptr);
        writer.add(entry, attributes, payload_of(payload));
        if (second)
            writer.add(id(9), {}, {});
        writer.finish();
        return code_of([&] { read_exported_key(in_memory(sink.take()), nullptr); });
    };
    const auto& alpha = test_alpha();
    CHECK(code(alpha, alpha.info.iteration_uuid, encode(alpha.info), false) == errc::none);
    CHECK(code(alpha, alpha.info.iteration_uuid, encode(alpha.info), true) == errc::container_damaged);
    CHECK(code(alpha, id(1), encode(alpha.info), false) == errc::container_damaged);
    CHECK(code(alpha, alpha.info.iteration_uuid, {}, false) == errc::container_damaged);
    CHECK(code(test_delta(), test_delta().info.iteration_uuid, encode(test_delta().info), false) ==
          errc::container_damaged);
}

TEST_CASE("a Delta is sealed with the Alpha and opened", "[key_iteration]") {
    const auto layer = GENERATE(false, true) ? fast_password() : nullptr;
    const auto container = seal_delta(test_alpha(), 1'000, test_delta(), layer);
    CHECK(open_encrypted_file(in_memory(container), layer).data.length == delta_positions(test_delta().info));
    const auto delta = open_delta(test_alpha(), container, layer);
    CHECK(delta->info == test_delta().info);
    CHECK(same_maps(*delta, test_delta()));
    CHECK(open_encrypted_file(in_memory(container), layer).metadata ==
          encryption_metadata{test_alpha().info.key_uuid, 1'000});
    if (layer != nullptr)
        CHECK(code_of([&] { open_delta(test_alpha(), container, nullptr); }) == errc::layer_password);
}

TEST_CASE("Deltas that are not this key's are refused", "[key_iteration]") {
    const auto container = seal_delta(test_alpha(), 0, test_delta(), nullptr);
    const auto other = draw_iteration(0, crypto::random_uuid());
    CHECK(code_of([&] { open_delta(*other, container, nullptr); }) == errc::container_damaged);
    const auto same_key_uuid = draw_iteration(0, test_alpha().info.key_uuid);
    CHECK(code_of([&] { open_delta(*same_key_uuid, container, nullptr); }) == errc::integrity_failed);
    CHECK(code_of([&] { seal_delta(*other, 0, test_delta(), nullptr); }) == errc::internal);
    CHECK(code_of([&] { seal_delta(test_delta(), 0, test_delta(), nullptr); }) == errc::internal);
    CHECK(code_of([&] { open_delta(test_alpha(), bytes(limits::delta_container_bytes + 1), nullptr); }) ==
          errc::container_damaged);
    const auto sealed = [](const bytes& payload, crypto::u128 position, std::uint64_t suffix) {
        const auto file =
            encrypt_in_memory(test_alpha(), 0, {test_alpha().info.key_uuid, position}, "x", payload, suffix, nullptr);
        return code_of([&] { open_delta(test_alpha(), file, nullptr); });
    };
    CHECK(sealed(payload_of(test_delta()), 0, 0) == errc::none);
    CHECK(sealed(payload_of(test_delta()), 0, 5) == errc::container_damaged); // Deltas carry no suffix
    CHECK(sealed(payload_of(test_alpha()), 0, 0) == errc::container_damaged);
    CHECK(sealed(payload_of(test_delta()), small_geometry.capacity(), 0) == errc::container_damaged);
    CHECK(sealed(pattern(100), 0, 0) == errc::container_damaged);
}

TEST_CASE("flipped bytes and cuts of a Delta are noticed", "[key_iteration]") {
    const auto layer = GENERATE(false, true) ? fast_password() : nullptr;
    const auto good = seal_delta(test_alpha(), 0, test_delta(), layer);
    const auto code = [&](bytes container) {
        return code_of([&] { open_delta(test_alpha(), std::move(container), layer); });
    };
    for (std::size_t at = 0; at < good.size(); at += at < 400 || at + 400 > good.size() ? 1 : 997) {
        auto bad = good;
        bad[at] ^= 0x40;
        INFO("byte " << at);
        const auto found = code(bad);
        REQUIRE((found == errc::container_damaged || (at >= 8 && at < 12 && found == errc::container_newer)));
        REQUIRE(code({good.begin(), good.begin() + at}) == errc::container_damaged);
    }
}
