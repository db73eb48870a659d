// What is remembered of a key's layer, in the key store and in an export, and the search for the password that fits.
#include "storage/container/attributes.hpp"
#include "storage/records/exported_key.hpp"
#include "storage/records/layer_search.hpp"
#include "storage_support.hpp"
#include "test_keys.hpp"
#include <catch2/catch.hpp>

using namespace omegasafe;
using namespace omegasafe::storage;
using namespace omegasafe::test;

namespace {

std::vector<std::string> texts(const key_layer& layer) {
    std::vector<std::string> found;
    for (const auto& password : layer.passwords)
        found.emplace_back(password->text());
    return found;
}

key_layer layer_with(layer_choice choice, const std::vector<std::string>& passwords) {
    key_layer layer{.key_uuid = test_alpha().info.key_uuid, .choice = choice};
    for (const auto& password : passwords)
        layer.passwords.push_back(make_secret(password));
    return layer;
}

/// A container with this entry, opened.
sfc_reader container_with(const container_changes::entry& entry, const sfc_password_ptr& password = nullptr) {
    memory_sink sink;
    sfc_writer writer(sink, password);
    writer.add(entry.id, entry.attributes, *entry.data);
    writer.finish();
    return {in_memory(sink.take()), password};
}

std::shared_ptr<const byte_source> sealed_with(const sfc_password_ptr& password) {
    memory_sink sink;
    sfc_writer writer(sink, password);
    writer.finish();
    return in_memory(sink.take());
}

} // namespace

TEST_CASE("a layer's record says again what it was told", "[key_layer]") {
    for (const auto& layer : {layer_with(layer_choice::configured, {}), layer_with(layer_choice::off, {"password-1"}),
             layer_with(layer_choice::own, {"password-1", "password-2"})}) {
        const auto file = container_with(to_entry(layer));
        const auto found = layer_of_key(file, layer.key_uuid);
        CHECK(found.choice == layer.choice);
        CHECK(texts(found) == texts(layer));
        CHECK_FALSE(decode_iteration_key(file.entries().front().attributes)); // listings of iterations pass it over
    }
    const auto none = layer_of_key(container_with(to_entry(layer_with(layer_choice::off, {}))), id(77));
    CHECK(none.choice == layer_choice::configured);
    CHECK(none.passwords.empty());
}

TEST_CASE("a layer's record keeps fields that a later version put there", "[key_layer]") {
    const auto layer = layer_with(layer_choice::own, {"password-1"});
    const auto later = to_attributes({{"later", 7}}, to_entry(layer).attributes);
    const auto entry = to_entry(layer, later); // which the reader looks into
    const attribute_reader rewritten{entry.attributes, "A test"};
    CHECK(rewritten.number("later") == 7);
}

TEST_CASE("a damaged record of a layer is refused", "[key_layer]") {
    const auto good = to_entry(layer_with(layer_choice::own, {"password-1"}));
    const auto code = [&](bytes payload) {
        auto entry = to_entry(layer_with(layer_choice::own, {"password-1"}));
        entry.data = secure_bytes(payload);
        return code_of([&] { layer_of_key(container_with(entry), entry.id); });
    };
    const auto payload = to_bytes(good.data->span());
    CHECK(code(payload) == errc::none);
    CHECK(code({}) == errc::container_damaged);
    CHECK(code({3, 0}) == errc::container_damaged);          // no such choice
    CHECK(code({2, 0}) == errc::container_damaged);          // its own, and none there
    CHECK(code({0, 17}) == errc::container_damaged);         // too many
    CHECK(code({0, 1, 0, 0}) == errc::container_damaged);    // an empty one
    CHECK(code({0, 1, 9, 0, 7}) == errc::container_damaged); // ends early
    auto longer = payload;
    longer.push_back(0);
    CHECK(code(longer) == errc::container_damaged);
    CHECK(code({0, 2, 1, 0, 'a', 1, 0, 'a'}) == errc::container_damaged); // twice
    auto newer = to_entry(layer_with(layer_choice::off, {}));
    newer.attributes = to_attributes({{"format", 2}}, newer.attributes);
    CHECK(code_of([&] { layer_of_key(container_with(newer), newer.id); }) == errc::container_newer);
}

TEST_CASE("the newest passwords are remembered, each once, behind the key's own", "[key_layer]") {
    auto layer = layer_with(layer_choice::configured, {});
    CHECK(layer.remember(make_secret("a")));
    CHECK(layer.remember(make_secret("b")));
    CHECK_FALSE(layer.remember(make_secret("a")));
    CHECK(texts(layer) == std::vector<std::string>{"b", "a"});
    layer.choose(make_secret("own"));
    CHECK(layer.remember(make_secret("c")));
    CHECK(texts(layer) == std::vector<std::string>{"own", "c", "b", "a"});
    layer.choose(make_secret("a"));
    CHECK(texts(layer) == std::vector<std::string>{"a", "own", "c", "b"});
    layer.choose(nullptr);
    CHECK(layer.own() == nullptr);
    CHECK(layer.passwords.size() == 4); // they open what they sealed
    for (int i = 0; i < 30; ++i)
        layer.remember(make_secret("password-" + std::to_string(i)));
    CHECK(layer.passwords.size() == kept_layer_passwords);
    CHECK(layer.passwords.front()->text() == "password-29");
}

TEST_CASE("what another device says of a layer counts, and nothing that was known is forgotten", "[key_layer]") {
    auto here = layer_with(layer_choice::own, {"mine", "old"});
    here.take(layer_with(layer_choice::own, {"theirs", "older"}));
    CHECK(here.own()->text() == "theirs");
    CHECK(texts(here) == std::vector<std::string>{"theirs", "mine", "older", "old"});
    here.take(layer_with(layer_choice::off, {}));
    CHECK(here.choice == layer_choice::off);
    CHECK(here.passwords.size() == 4);
}

TEST_CASE("a sealed export carries the layer, a plain one never does", "[key_layer]") {
    const temporary_folder folder;
    const auto alpha = std::make_shared<const key_iteration>(test_alpha().info, test_alpha().cipher);
    const auto layer = layer_with(layer_choice::own, {"password-1", "password-2"});
    CHECK(code_of([&] { export_key(folder / "plain", {alpha, layer}, nullptr); }) == errc::internal);
    export_key(folder / "sealed", {alpha, layer}, fast_password());
    const auto found = read_exported_key(std::make_shared<file_source>(folder / "sealed"), fast_password());
    REQUIRE(found.layer);
    CHECK(found.alpha->info == alpha->info);
    CHECK(texts(*found.layer) == texts(layer));

    memory_sink sink; // as nobody writes it
    sfc_writer writer(sink, nullptr);
    const auto entry = to_entry(layer);
    writer.add(alpha->info.iteration_uuid, encode(alpha->info), encode_payload(alpha->info, alpha->cipher->key()));
    writer.add(entry.id, entry.attributes, *entry.data);
    writer.finish();
    CHECK(code_of([&] { read_exported_key(in_memory(sink.take()), nullptr); }) == errc::container_damaged);
}

TEST_CASE("of many passwords the one that opens a container is found, generated ones without limit", "[key_layer]") {
    std::vector<sfc_password_ptr> known;
    for (int i = 0; i < 40; ++i)
        known.push_back(std::make_shared<sfc_password>(crypto::generate_password().text()));
    CHECK(find_layer_password(*sealed_with(known.back()), known) == known.back());
    CHECK(find_layer_password(*sealed_with(nullptr), known) == nullptr);
    const auto other = std::make_shared<sfc_password>(crypto::generate_password().text());
    CHECK(code_of([&] { find_layer_password(*sealed_with(other), known); }) == errc::layer_password);
    CHECK(code_of([&] { find_layer_password(*sealed_with(other), {}); }) == errc::layer_password);

    const auto chosen = std::make_shared<sfc_password>("chosen-password-1");
    known.push_back(chosen); // behind all the generated ones, whose scrypt would use up what may be tried
    CHECK(find_layer_password(*sealed_with(chosen), known) == chosen);
}

TEST_CASE("of passwords that somebody chose no more are tried than said", "[key_layer]") {
    std::vector<sfc_password_ptr> known;
    for (unsigned i = 0; i < tried_layer_passwords; ++i)
        known.push_back(std::make_shared<sfc_password>("chosen-password-" + std::to_string(i)));
    const auto late = std::make_shared<sfc_password>("one-too-many-1");
    known.push_back(late);
    CHECK(code_of([&] { find_layer_password(*sealed_with(late), known); }) == errc::layer_password);
    CHECK(find_layer_password(*sealed_with(known[3]), known) == known[3]);
}
