// The main job through the real binary: init, create-sfc-ecs, create-key, encrypt, decrypt, verify, inspect, listings.
#include "tests/support/config_root.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

using namespace omegasafe::test;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

std::string line_after(const std::string& text, const std::string& label) {
    const auto at = text.find(label);
    REQUIRE(at != std::string::npos);
    const auto start = at + label.size();
    return text.substr(start, text.find('\n', start) - start);
}

fs::path encrypted(const config_root& root, const std::string& key, const fs::path& file, arguments extra = {}) {
    arguments args{"encrypt", "-i", file.string(), "-k", key};
    args.insert(args.end(), extra.begin(), extra.end());
    const auto result = root.run(args);
    INFO(result.describe());
    REQUIRE(result.exit_code == 0);
    return line_after(result.out, "File encrypted successfully: ");
}

json json_of(const config_root& root, arguments args) {
    args.insert(args.end(), {"-j", "-l", "WARNING"});
    const auto result = root.run(args);
    INFO(result.describe());
    REQUIRE(result.exit_code == 0);
    REQUIRE(result.err.empty());
    return json::parse(result.out); // nothing but the payload on stdout
}

} // namespace

TEST_CASE("a file comes back identical, under its name, with any size") {
    config_root root;
    const auto key = root.initialise_with_key();
    fs::create_directory(root.folder() / "out");
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{1023}, std::size_t{64'511},
             std::size_t{64'512}, std::size_t{64'513}, std::size_t{1 << 20}, std::size_t{3'000'001}}) {
        const auto name = "file " + std::to_string(size) + ".bin";
        const auto file = root.make_file(name, size);
        const auto sealed = encrypted(root, key, file);
        REQUIRE(sealed.parent_path() == file.parent_path());
        REQUIRE(sealed.extension() == ".omegasafe");
        const auto back = root.run({"decrypt", "-i", sealed.string(), "-o", (root.folder() / "out").string()});
        INFO(back.describe());
        REQUIRE(back.exit_code == 0);
        REQUIRE(back.out.find("File decrypted successfully: " + (root.folder() / "out" / name).string()) !=
                std::string::npos);
        REQUIRE(read_text(root.folder() / "out" / name) == read_text(file));
        REQUIRE(
            (fs::status(sealed).permissions() & fs::perms::all) == (fs::perms::owner_read | fs::perms::owner_write));
    }
}

TEST_CASE("names can be overridden, targets are refused or overwritten") {
    config_root root;
    const auto key = root.initialise_with_key();
    const auto file = root.make_file("a.txt", 1000);
    const auto sealed = encrypted(root, key, file, {"-f", "chosen.bin"});
    REQUIRE(sealed.filename() == "chosen.bin");
    const auto refused = root.run({"encrypt", "-i", file.string(), "-k", key, "-f", "chosen.bin"});
    REQUIRE(refused.exit_code == 11);
    const auto before = read_text(sealed);
    REQUIRE(root.run({"encrypt", "-i", file.string(), "-k", key, "-f", "chosen.bin", "--overwrite"}).exit_code == 0);
    REQUIRE(read_text(sealed) != before);

    REQUIRE(root.run({"decrypt", "-i", sealed.string()}).exit_code == 11); // a.txt is there
    write_text(file, "something else");
    REQUIRE(root.run({"decrypt", "-i", sealed.string()}).exit_code == 11);
    REQUIRE(read_text(file) == "something else");
    REQUIRE(root.run({"decrypt", "-i", sealed.string(), "--overwrite"}).exit_code == 0);
    REQUIRE(read_text(file).size() == 1000);
    REQUIRE(root.run({"decrypt", "-i", sealed.string(), "-f", "b.txt"}).exit_code == 0);
    REQUIRE(read_text(root.folder() / "b.txt") == read_text(file));
}

TEST_CASE("verify checks everything and writes nothing") {
    config_root root;
    const auto key = root.initialise_with_key();
    const auto file = root.make_file("a.txt", 200'000);
    const auto sealed = encrypted(root, key, file);
    fs::remove(file);
    const auto good = root.run({"verify", "-i", sealed.string()});
    INFO(good.describe());
    REQUIRE(good.exit_code == 0);
    REQUIRE(good.out.find("File verified successfully: " + sealed.string()) != std::string::npos);
    REQUIRE_FALSE(fs::exists(file));

    auto bytes = read_text(sealed);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    write_text(sealed, bytes);
    const auto bad = root.run({"verify", "-i", sealed.string()});
    REQUIRE(bad.exit_code == 40);
    REQUIRE(bad.err.find(sealed.string()) != std::string::npos);
}

TEST_CASE("inspect shows the container without a config root") {
    config_root root;
    const auto key = root.initialise_with_key();
    const auto sealed = encrypted(root, key, root.make_file("a.txt", 5000));
    config_root other; // never initialised
    const auto shown = json_of(other, {"inspect", "-i", sealed.string()});
    REQUIRE(shown["format_version"] == 1);
    REQUIRE(shown["password_protected"] == false);
    REQUIRE(shown["entries"].size() == 2);
    REQUIRE(shown["key_uuid"] == key);
    REQUIRE(shown["global_position_start"] == 0);
    const auto length = shown["encrypted_data_length"].get<std::uint64_t>();
    REQUIRE(length >= 1024 + 5000);
    REQUIRE(length <= 1024 + 5000 + 250);
    REQUIRE(other.run({"inspect", "-i", sealed.string()}).out.find("positions used") != std::string::npos);
}

TEST_CASE("the traditional layer seals files and Deltas") {
    config_root root;
    root.options.env["OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS"] = "layer-pass-1";
    const auto key = root.initialise_with_key();
    const auto file = root.make_file("a.txt", 300'000);
    const auto sealed = encrypted(root, key, file);
    const auto shown = json_of(root, {"inspect", "-i", sealed.string()});
    REQUIRE(shown["password_protected"] == true);
    REQUIRE(shown["key_uuid"] == key);
    fs::create_directory(root.folder() / "out");
    const arguments decrypt{"decrypt", "-i", sealed.string(), "-o", (root.folder() / "out").string()};
    auto again = decrypt;
    again.push_back("--overwrite");
    REQUIRE(root.run(decrypt).exit_code == 0);
    REQUIRE(read_text(root.folder() / "out" / "a.txt") == read_text(file));

    // It is remembered: another one now, or none, makes nothing unreadable.
    root.options.env["OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS"] = "layer-pass-2";
    REQUIRE(root.run(again).exit_code == 0);
    root.options.env.erase("OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS");
    REQUIRE(root.run(again).exit_code == 0);
    REQUIRE(json_of(root, {"inspect", "-i", sealed.string()})["key_uuid"] == key);

    config_root stranger;
    REQUIRE(json_of(stranger, {"inspect", "-i", sealed.string()})["entries"].is_null());
    stranger.initialise();
    stranger.options.env["OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS"] = "layer-pass-2";
    const auto wrong = stranger.run(decrypt);
    REQUIRE(wrong.exit_code == 32);
    REQUIRE(wrong.err.find("OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS") != std::string::npos);
    stranger.options.env["OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS"] = "layer-pass-1";
    const auto keyless = stranger.run(decrypt);
    REQUIRE(keyless.exit_code == 51);
    REQUIRE(keyless.err.find(key) != std::string::npos);
}

TEST_CASE("listings: plain and JSON, fields in the reference's order") {
    config_root root;
    root.initialise();
    REQUIRE(json_of(root, {"list-ecs"})["entries"].empty());
    REQUIRE(json_of(root, {"list-keys"})["keys"].empty());
    root.create_ecs();
    const auto key = root.create_key("Finance-Key");

    const auto ecs = json_of(root, {"list-ecs"});
    REQUIRE(ecs["schema_version"] == 1);
    REQUIRE(ecs["default_ecs_uuid"].is_null());
    REQUIRE(ecs["default_ecs_missing"] == false);
    REQUIRE(ecs["entries"][0]["ecs_name"] == "local");
    REQUIRE(ecs["entries"][0]["url"].is_null());
    REQUIRE(ecs["entries"][0]["path"] == (root.folder() / "ecs.sfc").string());

    const auto result = root.run({"list-keys", "-j", "-l", "WARNING"});
    const auto keys = nlohmann::ordered_json::parse(result.out);
    const auto& first = keys["keys"][0];
    std::vector<std::string> fields;
    for (const auto& item : first.items())
        fields.push_back(item.key());
    REQUIRE(fields == std::vector<std::string>{"key_name_local", "key_name_ecs", "key_uuid", "alpha_key_size_on_disk",
                          "alpha_capacity_left", "minimum_number_of_deltas", "total_key_encryption_capacity_left",
                          "maximum_file_size_for_encryption", "deltas_keys_size_on_disk", "latest_delta_uuid",
                          "latest_delta_sequence", "latest_delta_capacity_left", "external_claims_storage_name",
                          "external_claims_storage_uuid", "external_claims_storage_status"});
    REQUIRE(first["key_uuid"] == key);
    REQUIRE(first["key_name_ecs"] == "Finance-Key");
    REQUIRE(first["external_claims_storage_status"] == "available");
    REQUIRE(first["latest_delta_sequence"] == 1);
    REQUIRE(first["latest_delta_capacity_left"]["percent_remaining"] == 100.0);

    fs::rename(root.folder() / "ecs.sfc", root.folder() / "away.sfc");
    const auto partial = root.run({"list-keys", "-j", "-l", "ERROR"});
    const auto without = json::parse(partial.out)["keys"][0];
    REQUIRE(without["external_claims_storage_status"] == "unreachable");
    REQUIRE(without["key_name_ecs"].is_null());
    REQUIRE(without["latest_delta_capacity_left"].is_null());
    REQUIRE(without["latest_delta_sequence"] == 1);
    const auto plain = root.run({"list-keys"});
    REQUIRE(plain.exit_code == 0);
    REQUIRE(plain.err.find("result is partial") != std::string::npos);
}

TEST_CASE("a file that is written past the page cache comes back identical") {
    config_root root;
    root.initialise();
    root.create_ecs();
    const auto key = root.create_key("large", "0.1", "0.1", "3");
    const auto file = root.make_file("large.bin", 70'000'001);
    const auto sealed = encrypted(root, key, file);
    fs::create_directory(root.folder() / "out");
    const auto back = root.run({"decrypt", "-i", sealed.string(), "-o", (root.folder() / "out").string()});
    INFO(back.describe());
    REQUIRE(back.exit_code == 0);
    REQUIRE(read_text(root.folder() / "out" / "large.bin") == read_text(file));
}

TEST_CASE("an OpenSSL configuration of the environment changes nothing") {
    config_root root;
    const auto key = root.initialise_with_key();
    const auto configuration = root.folder() / "openssl.cnf"; // only a provider that has no algorithms
    write_text(configuration, "openssl_conf = init\n[init]\nproviders = list\n[list]\nnull = section\n"
                              "[section]\nactivate = 1\n");
    root.options.env["OPENSSL_CONF"] = configuration.string();
    REQUIRE(encrypted(root, key, root.make_file("a.bin", 100)).extension() == ".omegasafe");
}

TEST_CASE("encrypting 200 MB in files with a 59.3 MB key renews on its own") {
    config_root root;
    const auto key = root.initialise_with_key();
    const auto file = root.make_file("a.bin", 20'000'000);
    for (int i = 0; i < 10; ++i)
        encrypted(root, key, file, {"-f", "sealed-" + std::to_string(i)});
    const auto keys = json_of(root, {"list-keys"});
    REQUIRE(keys["keys"][0]["latest_delta_sequence"].get<int>() >= 4);
    fs::create_directory(root.folder() / "out");
    for (int i = 0; i < 10; ++i) {
        const auto sealed = root.folder() / ("sealed-" + std::to_string(i));
        REQUIRE(root.run({"verify", "-i", sealed.string()}).exit_code == 0);
    }
}

TEST_CASE("version, help and log levels work everywhere") {
    config_root root;
    REQUIRE(run({"--version"}).out.rfind("omegasafe ", 0) == 0);
    for (const auto* command :
        {"init", "create-sfc-ecs", "create-key", "list-keys", "list-ecs", "encrypt", "decrypt", "inspect", "verify"}) {
        const auto help = run({command, "--help"});
        INFO(help.describe());
        REQUIRE(help.exit_code == 0);
        REQUIRE(help.out.find("-d,--config-dir") != std::string::npos);
        REQUIRE(help.out.find("-l,--log-level") != std::string::npos);
        REQUIRE(run({command, "-h"}).out == help.out);
    }
    const auto key = root.initialise_with_key();
    const auto file = root.make_file("a.txt", 100);
    const auto chatty = root.run({"encrypt", "-i", file.string(), "-k", key, "-l", "debug"});
    REQUIRE(chatty.exit_code == 0);
    REQUIRE(chatty.out.find("omegasafe: debug:") != std::string::npos);
    REQUIRE(chatty.err.empty());
    const auto silent = root.run({"encrypt", "-i", "/nowhere", "-k", key, "-l", "100"});
    REQUIRE(silent.exit_code == 10);
    REQUIRE(silent.err.empty());
    REQUIRE(root.run({"list-keys", "-l", "LOUD"}).exit_code == 2);
}
