// Every golden file opens, byte for byte, or is refused, as tests/golden/cases.json says.
#include "crypto/kernels/dispatch.hpp"
#include "crypto/text_encoding.hpp"
#include "storage/container/container_file.hpp"
#include "storage/records/encrypted_file.hpp"
#include "storage/records/key_iteration.hpp"
#include "storage_support.hpp"
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

using namespace omegasafe;
using namespace omegasafe::storage;
using namespace omegasafe::test;
using nlohmann::json;

namespace {

const fs::path golden = fs::path(OMEGASAFE_SOURCE_DIR) / "tests" / "golden";

sfc_password_ptr password_of(const json& text) {
    return text.is_null() ? nullptr : std::make_shared<sfc_password>(text.get<std::string>());
}

std::shared_ptr<const byte_source> source_of(const json& name) {
    return std::make_shared<file_source>(golden / name.get<std::string>());
}

bytes expected_bytes(const json& expected) {
    return pattern(expected.at("length"), expected.at("start"));
}

void check_container(const json& test, const sfc_reader& reader) {
    for (const auto& entry : reader.entries())
        reader.read(entry, 1 << 20);
    const auto& expected = test.at("entries");
    REQUIRE(reader.entries().size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const auto& entry = reader.entries()[i];
        CHECK(crypto::to_string(entry.id) == expected[i].at("uuid"));
        CHECK(crypto::to_hexadecimal(entry.attributes) == expected[i].at("attributes"));
        CHECK(to_bytes(reader.read(entry, 1 << 20)) == expected_bytes(expected[i].at("pattern")));
    }
}

void check_iteration(const json& test, const key_iteration& found) {
    CHECK(crypto::to_string(found.info.key_uuid) == test.at("key_uuid"));
    CHECK(crypto::to_string(found.info.iteration_uuid) == test.at("iteration_uuid"));
    CHECK(found.info.seq_number == test.at("seq_number"));
    CHECK(found.info.key_name == test.at("key_name"));
    CHECK(crypto::to_hexadecimal(crypto::sha256::of(found.cipher->key().bytes())) == test.at("maps_sha256"));
}

key_iteration_ptr delta_of(const json& test, const json& file, const sfc_password_ptr& password) {
    const auto alpha = read_exported_key(source_of(test.at("alpha")), nullptr);
    return open_delta(*alpha, file_bytes(golden / file.get<std::string>()), password);
}

void check_file(const json& test) {
    const auto file = open_encrypted_file(source_of(test.at("file")), password_of(test.at("password")));
    const auto delta = delta_of(test, test.at("delta"), nullptr);
    REQUIRE(file.metadata.key_uuid == delta->info.key_uuid);
    REQUIRE(file.metadata.global_position_start >= delta->info.first_position());
    const auto first = static_cast<std::uint64_t>(file.metadata.global_position_start - delta->info.first_position());
    const auto plain = decrypt_in_memory(*delta->cipher, first, file);
    CHECK(to_bytes(plain) == expected_bytes(test.at("pattern")));
    auto prefix = file.container->read(file.data, 1 << 20);
    delta->cipher->decrypt(first, prefix, prefix.span());
    CHECK(decode_file_metadata(prefix.span().first(limits::file_metadata_bytes)).name == test.at("name"));
}

void check_case(const json& test) {
    const std::string kind = test.at("kind");
    const auto password = password_of(test.at("password"));
    if (kind == "sfc")
        check_container(test, sfc_reader(source_of(test.at("file")), password));
    else if (kind == "local_sfc")
        check_container(test, *open_container(golden / test.at("file").get<std::string>(), password));
    else if (kind == "exported_key")
        check_iteration(test, *read_exported_key(source_of(test.at("file")), password));
    else if (kind == "delta")
        check_iteration(test, *delta_of(test, test.at("file"), password));
    else
        check_file(test);
}

void check_outcome(const json& test, std::string_view kernel) {
    INFO(test.at("file") << " with password " << test.at("password") << " under kernel " << kernel);
    const auto code = code_of([&] { check_case(test); });
    CHECK((code == errc::none ? "ok" : std::string(to_string(code))) == test.at("outcome"));
}

} // namespace

TEST_CASE("golden files have the outcome that cases.json names, under every kernel", "[golden]") {
    const auto cases = json::parse(std::ifstream(golden / "cases.json")).at("cases");
    CHECK(cases.size() >= 32);
    std::set<std::string> named{"cases.json", "README.md", "CMakeLists.txt", "generate.cpp", "decode.py"};
    for (const auto& test : cases)
        named.insert(test.at("file").get<std::string>());
    for (const crypto::kernel* choice : crypto::all_kernels()) {
        if (!choice->available())
            continue;
        const crypto::forced_kernel force(*choice);
        for (const auto& test : cases)
            check_outcome(test, choice->name);
    }
    for (const auto& entry : fs::directory_iterator(golden)) // a file without a case checks nothing
        CHECK((entry.is_directory() || named.contains(entry.path().filename())));
}
