#include "storage/config/config_file.hpp"
#include "tests/support/environment.hpp"
#include "tests/support/temp_dir.hpp"
#include <omegasafe/error.hpp>

#include <catch2/catch.hpp>
#include <rapidcheck.h>
#include <rapidcheck/catch.h>
#include <sys/stat.h>
#include <thread>

using namespace omegasafe;
using namespace omegasafe::storage;
using test::scoped_variable;

namespace {

const std::filesystem::path root = "/somewhere";
constexpr const char* some_uuid = "11111111-2222-4333-8444-555555555555";

std::string dynamic(const std::string& line) {
    return "[Global settings - dynamic]\n" + line + "\n";
}

/// The sentence of the failure that `action` throws; checks its code.
template <class Action>
std::string failure_of(errc code, Action action) {
    try {
        action();
    } catch (const failure& error) {
        CHECK(to_string(error.code()) == to_string(code));
        return error.what();
    }
    FAIL("nothing was thrown");
    return {};
}

std::string parse_failure(const std::string& text) {
    return failure_of(errc::config_invalid, [&] { parse_settings(root, text); });
}

bool mentions(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("The default config.ini has the four sections in order and every property, all at their defaults") {
    const std::string text = default_config_text();
    std::size_t last = 0;
    for (const char* section : {"[Global settings - static]\n", "[Global settings - dynamic]\n",
             "[OmegaSafe encryption keys]\n", "[OmegaSafe encrypted files]\n"}) {
        const std::size_t found = text.find(section);
        REQUIRE(found != std::string::npos);
        CHECK(found > last);
        last = found;
    }
    for (const auto& property : config_properties())
        CHECK(mentions(text, "\n" + std::string(property.name) + " ="));

    const settings from_file = parse_settings(root, text);
    const settings without_file = parse_settings(root, "");
    CHECK(from_file.keys_path == root / "omegasafe_keys.sfc");
    CHECK(from_file.cache_path == root / "local_cache.sfc");
    CHECK(from_file.ecs_path == root / "ecs_storage.sfc");
    CHECK_FALSE(from_file.offline_mode);
    CHECK(from_file.update_check);
    CHECK(from_file.ecs_uuid_default.empty());
    CHECK(from_file.cache_offline_bytes == 10'000'000'000);
    CHECK(from_file.cache_performance_bytes == 10'000'000'000);
    CHECK(from_file.traditional_layer_password.empty());
    CHECK(from_file.warnings.empty());
    CHECK(without_file.cache_offline_bytes == from_file.cache_offline_bytes);
    CHECK(without_file.keys_path == from_file.keys_path);
    CHECK(without_file.sources.at("OFFLINE_MODE") == setting_source::default_value);
    CHECK(from_file.sources.at("OFFLINE_MODE") == setting_source::file);
    CHECK(from_file.sources.at("KEYS_CONTAINER_PATH") == setting_source::default_value);
    CHECK(from_file.sources.size() == config_properties().size());
}

TEST_CASE("Values of the file count") {
    const settings s = parse_settings(root, "\xef\xbb\xbf; comment\r\n[Global settings - static]\r\n"
                                            "KEYS_CONTAINER_PATH=/elsewhere/k.sfc\r\n"
                                            "LOCAL_CACHE_CONTAINER_PATH = sub/c.sfc\r\n"
                                            "[ Global settings - dynamic ]\r\n"
                                            "  OFFLINE_MODE =  yes  \r\n\tUPDATE_CHECK=0\r\n"
                                            "ECS_UUID_DEFAULT = 11111111-2222-4333-8444-55555555555A\r\n"
                                            "CACHE_OFFLINE_KEY_CAPACITY_GB = 0.5\r\n"
                                            "[OmegaSafe encrypted files]\r\n"
                                            "TRADITIONAL_ENC_LAYER_PASS = pass;w=rd#1[x]");
    CHECK(s.keys_path == "/elsewhere/k.sfc");
    CHECK(s.cache_path == root / "sub/c.sfc");
    CHECK(s.offline_mode);
    CHECK_FALSE(s.update_check);
    CHECK(s.ecs_uuid_default == "11111111-2222-4333-8444-55555555555a");
    CHECK(s.cache_offline_bytes == 500'000'000);
    CHECK(s.traditional_layer_password.text() == "pass;w=rd#1[x]");
    CHECK(s.sources.at("KEYS_CONTAINER_PATH") == setting_source::file);
}

TEST_CASE("A static path may start at the home folder") {
    const scoped_variable home("HOME", "/home/ada");
    const std::string text = "[Global settings - static]\nECS_CONTAINER_PATH = ~/ecs.sfc\n";
    CHECK(parse_settings(root, text).ecs_path == "/home/ada/ecs.sfc");
    const scoped_variable homeless("HOME", std::nullopt);
    CHECK(parse_settings(root, text).ecs_path == root / "~/ecs.sfc");
}

TEST_CASE("What the file has wrong is an error that names file, property and accepted values") {
    const std::string boolean = parse_failure(dynamic("OFFLINE_MODE = maybe"));
    CHECK(mentions(boolean, "/somewhere/config.ini"));
    CHECK(mentions(boolean, "OFFLINE_MODE"));
    CHECK(mentions(boolean, "\"maybe\""));
    CHECK(mentions(boolean, "TRUE or FALSE"));
    CHECK(mentions(parse_failure(dynamic("OFFLINE_MODE =")), "OFFLINE_MODE"));
    CHECK(mentions(parse_failure(dynamic("OFFLINE_MODE")), "OFFLINE_MODE"));
    CHECK(mentions(parse_failure(dynamic("ECS_UUID_DEFAULT = {x}")), "UUID"));
    CHECK(mentions(parse_failure(dynamic("CACHE_OFFLINE_KEY_CAPACITY_GB = 1001")), "0 to 1000"));
    CHECK(mentions(parse_failure(dynamic("offline_mode = TRUE")), "unknown property \"offline_mode\""));
    CHECK(mentions(parse_failure(dynamic("OFLINE_MODE = TRUE")), "unknown property \"OFLINE_MODE\""));
    CHECK(mentions(parse_failure(dynamic("just words")), "unknown property \"just\""));
    CHECK(mentions(parse_failure("OFFLINE_MODE = TRUE\n"), "belongs in section [Global settings - dynamic]"));
    CHECK(mentions(parse_failure("[OmegaSafe encrypted files]\nOFFLINE_MODE = TRUE\n"), "belongs in section"));
    CHECK(mentions(parse_failure("[Settings]\n"), "unknown section \"Settings\""));
    CHECK(mentions(parse_failure("[Global settings - dynamic\nOFFLINE_MODE = TRUE\n"), "line 1 is neither"));
    CHECK(mentions(parse_failure("\r\n[Global settings - dynamic] OFFLINE_MODE = TRUE\n"), "line 2 is neither"));
    CHECK(mentions(parse_failure(dynamic(" = TRUE")), "line 2 is neither"));
    CHECK(mentions(parse_failure(dynamic("OFFLINE_MODE = TRUE\nOFFLINE_MODE = TRUE")), "more than once"));
    CHECK(mentions(parse_failure(dynamic("OFFLINE_MODE = TRUE") + dynamic("OFFLINE_MODE = FALSE")), "more than once"));
    CHECK(mentions(parse_failure(std::string("\0", 1)), "NUL"));
}

TEST_CASE("A wrong layer password in the file is not repeated, control characters are not passed on") {
    const std::string password = parse_failure("[OmegaSafe encrypted files]\nTRADITIONAL_ENC_LAYER_PASS = s3cret\n");
    CHECK_FALSE(mentions(password, "s3cret"));
    CHECK(mentions(password, "at least 8 characters"));
    CHECK_FALSE(mentions(parse_failure(dynamic("OFFLINE_MODE = \x1b[31m")), "\x1b"));
}

TEST_CASE("The environment overrides the file") {
    const scoped_variable offline("OMEGASAFE_OFFLINE_MODE", "On");
    const scoped_variable update("OMEGASAFE_UPDATE_CHECK", "no");
    const scoped_variable ecs("OMEGASAFE_ECS_UUID_DEFAULT", some_uuid);
    const scoped_variable cache("OMEGASAFE_CACHE_OFFLINE_KEY_CAPACITY_GB", "1.5");
    const scoped_variable performance("OMEGASAFE_CACHE_PERFORMANCE_KEY_CAPACITY_GB", "0");
    const scoped_variable layer("OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS", "passw0rd");
    const settings s = parse_settings(root, default_config_text());
    CHECK(s.offline_mode);
    CHECK_FALSE(s.update_check);
    CHECK(s.ecs_uuid_default == some_uuid);
    CHECK(s.cache_offline_bytes == 1'500'000'000);
    CHECK(s.cache_performance_bytes == 0);
    CHECK(s.traditional_layer_password.text() == "passw0rd");
    CHECK(s.warnings.empty());
    for (const auto& property : config_properties())
        if (!property.environment.empty())
            CHECK(s.sources.at(std::string(property.name)) == setting_source::environment);
}

TEST_CASE("A wrong value of the environment is ignored with a warning") {
    const scoped_variable offline("OMEGASAFE_OFFLINE_MODE", "maybe");
    const scoped_variable cache("OMEGASAFE_CACHE_OFFLINE_KEY_CAPACITY_GB", "-1");
    const scoped_variable update("OMEGASAFE_UPDATE_CHECK", ""); // counts as not set
    const settings s = parse_settings(root, dynamic("OFFLINE_MODE = TRUE"));
    CHECK(s.offline_mode);
    CHECK(s.cache_offline_bytes == 10'000'000'000);
    CHECK(s.sources.at("OFFLINE_MODE") == setting_source::file);
    CHECK(s.sources.at("CACHE_OFFLINE_KEY_CAPACITY_GB") == setting_source::default_value);
    REQUIRE(s.warnings.size() == 2);
    CHECK(mentions(s.warnings[0], "OMEGASAFE_OFFLINE_MODE is \"maybe\""));
    CHECK(mentions(s.warnings[1], "OMEGASAFE_CACHE_OFFLINE_KEY_CAPACITY_GB"));
}

TEST_CASE("A weak layer password of the environment still gives the layer, with a warning that does not repeat it") {
    const scoped_variable layer("OMEGASAFE_TRADITIONAL_ENC_LAYER_PASS", "hunter2");
    const settings s = parse_settings(root, default_config_text());
    CHECK(s.traditional_layer_password.text() == "hunter2");
    REQUIRE(s.warnings.size() == 1);
    CHECK_FALSE(mentions(s.warnings[0], "hunter2"));
}

TEST_CASE("Booleans have eight spellings in any case") {
    for (const char* text : {"1", "true", "TRUE", "Yes", "on"})
        CHECK(parse_boolean(text) == true);
    for (const char* text : {"0", "false", "FALSE", "No", "off"})
        CHECK(parse_boolean(text) == false);
    for (const char* text : {"", " 1", "2", "t", "y", "truee", "01"})
        CHECK_FALSE(parse_boolean(text));
}

TEST_CASE("Gigabytes are exact decimals from 0 to 1000") {
    CHECK(parse_gigabytes("0") == 0u);
    CHECK(parse_gigabytes("10") == 10'000'000'000u);
    CHECK(parse_gigabytes("0.5") == 500'000'000u);
    CHECK(parse_gigabytes(".25") == 250'000'000u);
    CHECK(parse_gigabytes("1.") == 1'000'000'000u);
    CHECK(parse_gigabytes("0.0000000019") == 1u); // rounded down
    CHECK(parse_gigabytes("0.1") == 100'000'000u);
    CHECK(parse_gigabytes("1000") == 1'000'000'000'000u);
    CHECK(parse_gigabytes("1000.000") == 1'000'000'000'000u);
    for (const char* text : {"", ".", "-1", "+1", "1e2", "1000.0000000001", "1001", "99999999999999999999999", "1,5",
             " 1", "1 ", "0x10", "nan", "1.5.2"})
        CHECK_FALSE(parse_gigabytes(text));
    rc::prop("every count of bytes is read back exactly", [] {
        const auto bytes = *rc::gen::inRange<std::uint64_t>(0, 1'000'000'000'001);
        std::string fraction = std::to_string(bytes % 1'000'000'000);
        fraction.insert(0, 9 - fraction.size(), '0');
        RC_ASSERT(parse_gigabytes(std::to_string(bytes / 1'000'000'000) + "." + fraction) == bytes);
    });
}

TEST_CASE("The layer password rule") {
    CHECK(acceptable_layer_password(""));
    CHECK(acceptable_layer_password("abcdefg1"));
    CHECK(acceptable_layer_password("1234567\xc3\xa9"));
    for (const char* text : {"abcdef1", "abcdefgh", "12345678", "abcd efg1", "abcdefg1\t", "abcdefg1\n", "é1"})
        CHECK_FALSE(acceptable_layer_password(text));
}

TEST_CASE("A change keeps every other byte") {
    const std::string text = "# head\r\n[Global settings - dynamic]\r\n ; about it\r\n  OFFLINE_MODE=1\r\n\r\n# tail";
    CHECK(with_property(text, "OFFLINE_MODE", "no") ==
          "# head\r\n[Global settings - dynamic]\r\n ; about it\r\nOFFLINE_MODE = FALSE\r\n\r\n# tail");
    CHECK(
        with_property(text, "UPDATE_CHECK", "off") ==
        "# head\r\n[Global settings - dynamic]\r\nUPDATE_CHECK = FALSE\n ; about it\r\n  OFFLINE_MODE=1\r\n\r\n# tail");
    CHECK(with_property(text, "TRADITIONAL_ENC_LAYER_PASS", "abcdefg1") ==
          text + "\n\n[OmegaSafe encrypted files]\nTRADITIONAL_ENC_LAYER_PASS = abcdefg1\n");
    CHECK(with_property("[Global settings - dynamic]", "ECS_UUID_DEFAULT", "") ==
          "[Global settings - dynamic]\nECS_UUID_DEFAULT =\n");
}

TEST_CASE("A commented-out property is not the property") {
    CHECK(with_property(dynamic(";OFFLINE_MODE = TRUE"), "OFFLINE_MODE", "TRUE") ==
          "[Global settings - dynamic]\nOFFLINE_MODE = TRUE\n;OFFLINE_MODE = TRUE\n");
}

TEST_CASE("A change of an unknown property or to a bad value is a usage error") {
    const auto set = [](const char* name, const char* value) {
        return failure_of(errc::usage, [&] { with_property(default_config_text(), name, value); });
    };
    CHECK(mentions(set("NO_SUCH", "1"), "NO_SUCH"));
    CHECK(mentions(set("OFFLINE_MODE", ""), "TRUE or FALSE"));
    CHECK(mentions(set("ECS_UUID_DEFAULT", "1"), "UUID"));
    CHECK(mentions(set("KEYS_CONTAINER_PATH", "a\nb"), "path"));
    CHECK_FALSE(mentions(set("TRADITIONAL_ENC_LAYER_PASS", "s3cret"), "s3cret"));
    failure_of(errc::config_invalid, [] { with_property("[Unknown]\n", "OFFLINE_MODE", "1"); });
}

TEST_CASE("Any change of any valid file is read back and leaves the rest as it was") {
    rc::prop("a change is read back, the rest stays", [] {
        // Lines of a valid file: comments and blank lines anywhere, properties in random spacing.
        std::string text;
        std::string last_section;
        const auto filler = [&] {
            for (auto lines = *rc::gen::inRange(0, 3); lines > 0; --lines)
                text += *rc::gen::element<std::string>("", "; note = [x]", "  # OFFLINE_MODE = on", "\t", ";") +
                        *rc::gen::element<std::string>("\n", "\r\n");
        };
        for (const auto& property : config_properties()) {
            filler();
            if (property.section != last_section)
                text += "[" + std::string(property.section) + "]\n";
            last_section = property.section;
            filler();
            if (*rc::gen::arbitrary<bool>())
                text += *rc::gen::element<std::string>("", " ", "\t") + std::string(property.name) +
                        *rc::gen::element<std::string>("=", " = ", "  =\t") + std::string(property.default_value) +
                        *rc::gen::element<std::string>("\n", " \r\n");
        }
        filler();
        parse_settings(root, text);

        const auto [name, value] = *rc::gen::element<std::pair<std::string, std::string>>(
            std::pair("OFFLINE_MODE", "TRUE"), std::pair("UPDATE_CHECK", "FALSE"),
            std::pair("ECS_UUID_DEFAULT", some_uuid), std::pair("CACHE_OFFLINE_KEY_CAPACITY_GB", "999.5"),
            std::pair("TRADITIONAL_ENC_LAYER_PASS", "[=;#abc]1"), std::pair("KEYS_CONTAINER_PATH", "k.sfc"));
        const std::string changed = with_property(text, name, value);
        RC_ASSERT(parse_settings(root, changed).sources.at(name) == setting_source::file);
        RC_ASSERT(with_property(changed, name, value) == changed);
        const std::string line = name + " = " + value;
        const std::size_t at = changed.find(line);
        RC_ASSERT(at != std::string::npos);
        // In front of and behind the changed line, the old text.
        RC_ASSERT(changed.substr(0, at) == text.substr(0, at));
        const std::string rest = changed.substr(at + line.size() + 1);
        RC_ASSERT(rest.size() <= text.size());
        RC_ASSERT(rest == text.substr(text.size() - rest.size()));
    });
}

TEST_CASE("config.ini on disk: missing, changed, private") {
    const test::temp_dir folder;
    CHECK(mentions(failure_of(errc::config_missing, [&] { load_settings(folder.path()); }), "omegasafe init"));
    failure_of(errc::config_missing, [&] { set_property(folder.path(), "OFFLINE_MODE", "TRUE"); });

    test::write_text(folder / "config.ini", default_config_text());
    std::filesystem::permissions(folder / "config.ini", std::filesystem::perms(0644));
    CHECK(load_settings(folder.path()).warnings.empty());
    set_property(folder.path(), "OFFLINE_MODE", "TRUE");
    CHECK(load_settings(folder.path()).offline_mode);
    CHECK(test::read_text(folder / "config.ini") == with_property(default_config_text(), "OFFLINE_MODE", "TRUE"));
    struct stat status {};
    REQUIRE(::stat((folder / "config.ini").c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0600);

    set_property(folder.path(), "TRADITIONAL_ENC_LAYER_PASS", "abcdefg1");
    CHECK(load_settings(folder.path()).warnings.empty());
    std::filesystem::permissions(folder / "config.ini", std::filesystem::perms(0640));
    const auto warnings = load_settings(folder.path()).warnings;
    REQUIRE(warnings.size() == 1);
    CHECK(mentions(warnings[0], "chmod 600"));
}

TEST_CASE("A config.ini that was cut off anywhere is damage, and not a layer that is off") {
    const test::temp_dir folder;
    const auto whole = with_property(default_config_text(), "TRADITIONAL_ENC_LAYER_PASS", "abcdefg1");
    for (std::size_t size = 0; size + 1 < whole.size(); ++size) { // without its last line end nothing is lost
        test::write_text(folder / "config.ini", whole.substr(0, size));
        INFO(whole.substr(0, size));
        failure_of(errc::config_invalid, [&] { load_settings(folder.path()); });
    }
    test::write_text(folder / "config.ini", whole.substr(0, whole.size() / 2));
    failure_of(errc::config_invalid, [&] { set_property(folder.path(), "OFFLINE_MODE", "TRUE"); });
    CHECK(test::read_text(folder / "config.ini") == whole.substr(0, whole.size() / 2));
}

TEST_CASE("A config.ini without its sections is damage that the sentence names with the way out") {
    const test::temp_dir folder;
    const auto refused = [&](const std::string& text) {
        test::write_text(folder / "config.ini", text);
        const auto sentence = failure_of(errc::config_invalid, [&] { load_settings(folder.path()); });
        CHECK(mentions(sentence, "restore it from a copy"));
        CHECK_FALSE(mentions(sentence, "init"));
        return sentence;
    };
    CHECK(mentions(refused(""), "is empty"));
    CHECK(mentions(refused(" \r\n\n\t\n"), "is empty"));
    CHECK(mentions(refused("; nothing but a comment\n"), "lacks the section [Global settings - static]"));
    CHECK(mentions(refused(std::string("\0\0\0", 3)), "NUL"));
    const std::string by_hand = "[Global settings - static]\n[Global settings - dynamic]\n[OmegaSafe encryption keys]\n"
                                "[ OmegaSafe encrypted files ]\n";
    CHECK(mentions(refused(by_hand.substr(0, by_hand.rfind('[')) + "\n"), "[OmegaSafe encrypted files]"));
    CHECK(mentions(refused(by_hand + "TRADITIONAL_ENC_LAYER_PASS = abcdefg1"), "has no line end"));
    test::write_text(folder / "config.ini", by_hand + "TRADITIONAL_ENC_LAYER_PASS = abcdefg12\n");
    CHECK(load_settings(folder.path()).traditional_layer_password.text() == "abcdefg12");
}

TEST_CASE("A missing config.ini beside containers is not answered with the advice to destroy them") {
    const test::temp_dir folder;
    test::write_text(folder / "omegasafe_keys.sfc", "the only copy");
    const auto sentence = failure_of(errc::config_missing, [&] { load_settings(folder.path()); });
    CHECK(mentions(sentence, "omegasafe_keys.sfc"));
    CHECK_FALSE(mentions(sentence, "init"));
}

TEST_CASE("A config.ini that nobody can look at is not called missing") {
    const test::temp_dir folder;
    std::filesystem::create_symlink("loop", folder / "loop");
    CHECK(mentions(failure_of(errc::input_unreadable, [&] { load_settings(folder / "loop"); }), "symbolic links"));
    CHECK(mentions(failure_of(errc::input_unreadable, [&] { load_settings(folder / std::string(300, 'x')); }), "long"));
}

TEST_CASE("A config.ini that cannot be read is config_invalid, a linked one stays a link") {
    const test::temp_dir folder;
    std::filesystem::create_directory(folder / "config.ini");
    failure_of(errc::config_invalid, [&] { load_settings(folder.path()); });
    std::filesystem::remove(folder / "config.ini");

    test::write_text(folder / "kept elsewhere", default_config_text());
    std::filesystem::create_symlink("kept elsewhere", folder / "config.ini");
    set_property(folder.path(), "UPDATE_CHECK", "no");
    CHECK(std::filesystem::is_symlink(folder / "config.ini"));
    CHECK_FALSE(load_settings(folder.path()).update_check);
}

TEST_CASE("Changes made at the same time are all kept") {
    const test::temp_dir folder;
    test::write_text(folder / "config.ini", default_config_text());
    std::vector<std::thread> writers;
    for (const char* name : {"OFFLINE_MODE", "ECS_UUID_DEFAULT", "CACHE_OFFLINE_KEY_CAPACITY_GB"})
        writers.emplace_back([&, name] {
            for (int i = 0; i < 20; ++i)
                set_property(folder.path(), name, std::string(name) == "ECS_UUID_DEFAULT" ? some_uuid : "1");
        });
    for (auto& writer : writers)
        writer.join();
    const settings s = load_settings(folder.path());
    CHECK(s.offline_mode);
    CHECK(s.ecs_uuid_default == some_uuid);
    CHECK(s.cache_offline_bytes == 1'000'000'000);
}

TEST_CASE("The config root: argument, then environment, then home") {
    const scoped_variable home("HOME", "/home/ada");
    const scoped_variable variable("OMEGASAFE_CONFIG_DIR", "/from/environment");
    CHECK(resolve_config_root("/from/argument") == "/from/argument");
    CHECK(resolve_config_root("relative") == std::filesystem::current_path() / "relative");
    CHECK(resolve_config_root("") == "/from/environment");
    const scoped_variable no_variable("OMEGASAFE_CONFIG_DIR", "");
    CHECK(resolve_config_root("") == "/home/ada/.omegasafe");
    const scoped_variable homeless("HOME", std::nullopt);
    failure_of(errc::config_missing, [] { resolve_config_root(""); });
}
