// The tests with the tag [keyring] need a desktop keyring: CTest runs them through tests/support/with-keyring,
// and those with [.locked_keyring] in a session of their own.
#include "storage/config/keyring.hpp"
#include "storage/files/descriptor.hpp"
#include "tests/support/config_root.hpp"
#include "tests/support/environment.hpp"
#include "tests/support/temp_dir.hpp"
#include <omegasafe/error.hpp>

#include <catch2/catch.hpp>
#include <chrono>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>

using namespace omegasafe;
using namespace omegasafe::storage;
using test::scoped_variable;

namespace {

/// No password in the environment and no session to ask for one.
struct bare_environment {
    test::temp_dir folder;
    scoped_variable password{"OMEGASAFE_CONFIG_PASSWORD", std::nullopt};
    scoped_variable file{"OMEGASAFE_CONFIG_PASSWORD_FILE", std::nullopt};
    scoped_variable service{"OMEGASAFE_KEYRING_SERVICE_NAME", std::nullopt};
    scoped_variable secret{"OMEGASAFE_KEYRING_SECRET_NAME", std::nullopt};
};

struct no_session : bare_environment {
    scoped_variable bus{"DBUS_SESSION_BUS_ADDRESS", std::nullopt};
    scoped_variable runtime{"XDG_RUNTIME_DIR", folder.path().string()};
};

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

std::filesystem::path private_file(const test::temp_dir& folder, std::string_view text) {
    const auto path = folder / "password";
    test::write_text(path, text);
    std::filesystem::permissions(path, std::filesystem::perms(0600));
    return path;
}

} // namespace

TEST_CASE("The environment's password comes before everything else") {
    const no_session environment;
    CHECK_FALSE(environment_password());
    const scoped_variable empty("OMEGASAFE_CONFIG_PASSWORD", "");
    CHECK_FALSE(environment_password());
    const scoped_variable file("OMEGASAFE_CONFIG_PASSWORD_FILE", "/nonexistent");
    const scoped_variable password("OMEGASAFE_CONFIG_PASSWORD", " s3cret ");
    CHECK(environment_password()->text() == " s3cret ");
    CHECK(resolve_config_password().text() == " s3cret ");
}

TEST_CASE("A password file loses one line end and nothing else") {
    const no_session environment;
    const auto password_of = [&](std::string_view text) {
        const scoped_variable file("OMEGASAFE_CONFIG_PASSWORD_FILE", private_file(environment.folder, text).string());
        return std::string(resolve_config_password().text());
    };
    CHECK(password_of("s3cret") == "s3cret");
    CHECK(password_of("s3cret\n") == "s3cret");
    CHECK(password_of("s3cret\r\n") == "s3cret");
    CHECK(password_of(" s3 cret\n\n") == " s3 cret\n");
    CHECK(password_of(std::string(4096, 'x')) == std::string(4096, 'x'));
}

TEST_CASE("A password file that others can read, or that holds no password, is refused") {
    const no_session environment;
    const auto path = private_file(environment.folder, "s3cret\n");
    const scoped_variable file("OMEGASAFE_CONFIG_PASSWORD_FILE", path.string());
    for (const unsigned mode : {0640u, 0604u, 0620u, 0602u}) {
        std::filesystem::permissions(path, std::filesystem::perms(mode));
        const std::string sentence = failure_of(errc::password_missing, [] { environment_password(); });
        CHECK_THAT(sentence, Catch::Contains(path.string()) && Catch::Contains("chmod 600"));
        CHECK_THAT(sentence, !Catch::Contains("s3cret"));
    }
    private_file(environment.folder, "\n");
    CHECK_THAT(failure_of(errc::password_missing, [] { environment_password(); }), Catch::Contains("is empty"));
    private_file(environment.folder, std::string(4098, 'x'));
    CHECK_THAT(failure_of(errc::password_missing, [] { environment_password(); }), Catch::Contains("4096"));
    const scoped_variable missing("OMEGASAFE_CONFIG_PASSWORD_FILE", "/nonexistent");
    CHECK_THAT(failure_of(errc::password_missing, [] { environment_password(); }), Catch::Contains("/nonexistent"));
    const scoped_variable directory("OMEGASAFE_CONFIG_PASSWORD_FILE", environment.folder.path().string());
    failure_of(errc::password_missing, [] { environment_password(); });
}

TEST_CASE("Without a session the keyring fails at once and names the ways out") {
    const no_session environment;
    const auto start = std::chrono::steady_clock::now();
    const std::string sentence = failure_of(errc::keyring_failed, [] { keyring_lookup({}); });
    CHECK_THAT(sentence, Catch::Contains("OMEGASAFE_CONFIG_PASSWORD,") && Catch::Contains("_PASSWORD_FILE"));
    failure_of(errc::keyring_failed, [] { keyring_store({}, "s3cret"); });
    failure_of(errc::keyring_failed, [] { keyring_remove({}); });
    failure_of(errc::keyring_failed, [] { resolve_config_password(); });
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
}

TEST_CASE("A session bus that does not answer is keyring_failed") {
    const no_session environment;
    const scoped_variable bus("DBUS_SESSION_BUS_ADDRESS", "unix:path=" + (environment.folder / "no-bus").string());
    failure_of(errc::keyring_failed, [] { keyring_lookup({}); });
}

TEST_CASE("A session bus that takes connections and never answers is given up") {
    const no_session environment;
    const auto path = (environment.folder / "bus").string();
    const descriptor listening(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(path.size() < sizeof address.sun_path);
    std::copy(path.begin(), path.end(), std::begin(address.sun_path));
    REQUIRE(::bind(listening.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listening.get(), 8) == 0);
    const scoped_variable bus("DBUS_SESSION_BUS_ADDRESS", "unix:path=" + path);
    const auto sentence = failure_of(errc::keyring_failed, [] { keyring_lookup({}); });
    CHECK_THAT(sentence, Catch::Contains("did not answer") && Catch::Contains("OMEGASAFE_CONFIG_PASSWORD,"));
}

TEST_CASE("The labels of the record can be overridden") {
    const no_session environment;
    CHECK(keyring_labels::from_environment().service == "omegasafe");
    CHECK(keyring_labels::from_environment().secret == "OMEGASAFE_CONFIG_PASSWORD");
    const scoped_variable service("OMEGASAFE_KEYRING_SERVICE_NAME", "ci");
    const scoped_variable secret("OMEGASAFE_KEYRING_SECRET_NAME", "other");
    CHECK(keyring_labels::from_environment().service == "ci");
    CHECK(keyring_labels::from_environment().secret == "other");
}

TEST_CASE("A password is stored, found, replaced and removed", "[keyring]") {
    const bare_environment environment;
    const keyring_labels labels{"omegasafe-test", "stored"};
    CHECK_FALSE(keyring_lookup(labels));
    keyring_store(labels, "first p\xc3\xa4ssword");
    CHECK(keyring_lookup(labels)->text() == "first p\xc3\xa4ssword");
    keyring_store(labels, "second");
    CHECK(keyring_lookup(labels)->text() == "second");
    CHECK(keyring_remove(labels));
    CHECK_FALSE(keyring_lookup(labels));
    CHECK_FALSE(keyring_remove(labels));
}

TEST_CASE("Records of other labels are other records", "[keyring]") {
    const bare_environment environment;
    keyring_store({"omegasafe-test", "a"}, "of a");
    keyring_store({"omegasafe-other", "a"}, "of the other");
    CHECK(keyring_lookup({"omegasafe-test", "a"})->text() == "of a");
    CHECK_FALSE(keyring_lookup({"omegasafe-test", "b"}));
    CHECK(keyring_remove({"omegasafe-test", "a"}));
    CHECK(keyring_lookup({"omegasafe-other", "a"})->text() == "of the other");
    CHECK(keyring_remove({"omegasafe-other", "a"}));
}

TEST_CASE("The configuration password comes from the keyring when the environment has none", "[keyring]") {
    const bare_environment environment;
    const scoped_variable service("OMEGASAFE_KEYRING_SERVICE_NAME", "omegasafe-test");
    CHECK_THAT(failure_of(errc::password_missing, [] { resolve_config_password(); }),
        Catch::Contains("OMEGASAFE_CONFIG_PASSWORD_FILE") && Catch::Contains("\"omegasafe-test\"") &&
            !Catch::Contains("omegasafe init"));
    keyring_store(keyring_labels::from_environment(), "from the keyring");
    CHECK(resolve_config_password().text() == "from the keyring");
    const scoped_variable password("OMEGASAFE_CONFIG_PASSWORD", "from the environment");
    CHECK(resolve_config_password().text() == "from the environment");
    CHECK(keyring_remove(keyring_labels::from_environment()));
}

TEST_CASE("Configurations are noted beside the password, each by its id, and are not taken for it", "[keyring]") {
    const bare_environment environment;
    const keyring_labels labels{"omegasafe-test", "roots"};
    const auto first = crypto::random_uuid(), second = crypto::random_uuid();
    CHECK_FALSE(keyring_find_root(labels, {}));
    keyring_add_root(labels, {first, "/home/ada/a folder"});
    keyring_add_root(labels, {second, "/srv/other"});
    CHECK(keyring_find_root(labels, first)->path == "/home/ada/a folder");
    CHECK(keyring_find_root(labels, first)->id == first);
    CHECK_FALSE(keyring_lookup(labels));
    keyring_store(labels, "the password");
    CHECK(keyring_lookup(labels)->text() == "the password");
    CHECK(keyring_remove_root(labels, first));
    CHECK_FALSE(keyring_remove_root(labels, first));
    CHECK(keyring_find_root(labels, {})->id == second);
    CHECK_FALSE(keyring_find_root({"omegasafe-test", "others"}, {}));
    CHECK(keyring_remove(labels));
    CHECK(keyring_remove_root(labels, second));
}

TEST_CASE("A locked keyring is not an empty one", "[.locked_keyring]") {
    const bare_environment environment;
    const keyring_labels labels{"omegasafe-test", "locked"};
    keyring_store(labels, "behind the lock");
    test::lock_keyring(); // until the session ends
    for (const auto* secret : {"locked", "never stored"}) {
        INFO(secret);
        const auto sentence = failure_of(errc::keyring_failed, [&] { keyring_lookup({"omegasafe-test", secret}); });
        CHECK_THAT(sentence, Catch::Contains("is locked; unlock it") && Catch::Contains("OMEGASAFE_CONFIG_PASSWORD,"));
    }
    CHECK_THAT(
        failure_of(errc::keyring_failed, [&] { keyring_store(labels, "another"); }), Catch::Contains("is locked"));
    CHECK_THAT(failure_of(errc::keyring_failed, [&] { keyring_remove(labels); }), Catch::Contains("is locked"));
}

TEST_CASE("The keyring answers from any thread", "[keyring]") {
    const bare_environment environment;
    keyring_store({"omegasafe-test", "thread"}, "shared");
    std::string found;
    std::thread([&] { found = keyring_lookup({"omegasafe-test", "thread"})->text(); }).join();
    CHECK(found == "shared");
    CHECK(keyring_remove({"omegasafe-test", "thread"}));
}
