// API keys, sealed credentials and roles.
#include "server/auth/api_key.hpp"
#include "server/auth/credential_box.hpp"
#include "server/auth/roles.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/server/server_support.hpp"
#include <fstream>
#include <omegasafe/error.hpp>
#include <set>

using namespace omegasafe;
using namespace omegasafe::test;

namespace {

bucket_credentials some_credentials() {
    return {"AKIAIOSFODNN7EXAMPLE", crypto::secure_bytes("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")};
}

struct box_fixture {
    temp_dir folder;
    std::filesystem::path file = folder / "server.key";
    box_fixture() { credential_box::create_key_file(file); }
};

} // namespace

TEST_CASE("an API key is read as it was written and in no other form", "[auth]") {
    const auto key = generate_api_key();
    const std::string text{api_key_text(key).text()};
    REQUIRE(text.size() == 70);
    CHECK(text.starts_with("ose_"));
    const auto read = parse_api_key(text);
    REQUIRE(read);
    CHECK(read->api_key_uuid == key.api_key_uuid);
    CHECK(crypto::equal_constant_time(read->secret, key.secret));
    CHECK(read->secret.size() == 32);

    const auto changed = [&](std::size_t place, char to) {
        auto copy = text;
        copy[place] = to;
        return copy;
    };
    for (const auto& bad :
        {std::string{}, text + "A", text.substr(1), text.substr(0, 69), " " + text, text + "\n", changed(0, 'O'),
            changed(3, '-'), changed(26, '-'), changed(5, '+'), changed(40, '='), changed(69, '!'), changed(10, ' ')})
        CHECK(!parse_api_key(bad));
    // The last characters of both parts carry bits that must be zero.
    CHECK(!parse_api_key(changed(25, 'B')));
    CHECK(!parse_api_key(changed(69, 'B')));
}

TEST_CASE("API keys are all different", "[auth]") {
    std::set<std::string> texts;
    for (int i = 0; i < 100; ++i)
        texts.emplace(api_key_text(generate_api_key()).text());
    CHECK(texts.size() == 100);
}

TEST_CASE("an API key matches its own hash only", "[auth]") {
    api_key key{crypto::random_uuid(), crypto::secure_bytes(32)};
    // SHA-256 of 32 zero bytes.
    CHECK(secret_hash(key) == "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925");
    CHECK(matches(key, secret_hash(key)));
    CHECK(!matches(key, secret_hash(generate_api_key())));
    CHECK(!matches(key, ""));
    CHECK(!matches(key, secret_hash(key).substr(1)));
}

TEST_CASE_METHOD(box_fixture, "credentials open for their storage and with their key only", "[auth]") {
    const credential_box box(file);
    const auto storage = crypto::random_uuid();
    const auto sealed = box.seal(storage, some_credentials());
    const auto opened = box.open(storage, sealed);
    CHECK(opened.access_key_id == some_credentials().access_key_id);
    CHECK(opened.secret_access_key.text() == some_credentials().secret_access_key.text());
    CHECK(box.seal(storage, some_credentials()) != sealed);
    CHECK(credential_box(file).open(storage, sealed).access_key_id == some_credentials().access_key_id);

    const auto code = [&](const credential_box& with, const uuid& of, const std::string& text) {
        return failure_of([&] { with.open(of, text); }).code();
    };
    CHECK(code(box, crypto::random_uuid(), sealed) == errc::container_damaged);
    credential_box::create_key_file(folder / "other.key");
    CHECK(code(credential_box(folder / "other.key"), storage, sealed) == errc::container_damaged);
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        auto damaged = sealed;
        damaged[i] = damaged[i] == 'A' ? 'B' : 'A';
        CHECK(code(box, storage, damaged) == errc::container_damaged);
        CHECK(code(box, storage, sealed.substr(0, i)) == errc::container_damaged);
    }
}

TEST_CASE_METHOD(box_fixture, "credentials of any length are sealed", "[auth]") {
    const credential_box box(file);
    const auto storage = crypto::random_uuid();
    for (const std::size_t size : {0U, 1U, 128U, 1000U}) {
        const auto sealed = box.seal(storage, {std::string(size, 'i'), crypto::secure_bytes(std::string(size, 's'))});
        const auto opened = box.open(storage, sealed);
        CHECK(opened.access_key_id == std::string(size, 'i'));
        CHECK(opened.secret_access_key.text() == std::string(size, 's'));
    }
}

TEST_CASE_METHOD(box_fixture, "keys for other purposes are derived from the server's key", "[auth]") {
    const credential_box box(file);
    CHECK(box.derive("a").size() == 32);
    CHECK(box.derive("a").text() == credential_box(file).derive("a").text());
    CHECK(box.derive("a").text() != box.derive("b").text());
    CHECK(box.derive("a").text() != read_text(file));
}

TEST_CASE_METHOD(box_fixture, "the server's key is a private file of 32 bytes", "[auth]") {
    using std::filesystem::perms;
    const auto code = [&] { return failure_of([&] { credential_box box(file); }).code(); };
    CHECK(std::filesystem::file_size(file) == 32);
    CHECK((std::filesystem::status(file).permissions() & perms::mask) == (perms::owner_read | perms::owner_write));
    CHECK(failure_of([&] { credential_box::create_key_file(file); }).code() == errc::output_refused);
    for (const auto wide : {perms::group_read, perms::others_read, perms::group_write, perms::others_exec}) {
        std::filesystem::permissions(file, perms::owner_read | perms::owner_write | wide);
        CHECK(code() == errc::config_invalid);
    }
    std::filesystem::permissions(file, perms::owner_read | perms::owner_write);
    CHECK(code() == errc::none);
    write_text(file, std::string(31, 'x'));
    CHECK(code() == errc::config_invalid);
    write_text(file, std::string(33, 'x'));
    CHECK(code() == errc::config_invalid);
    std::filesystem::remove(file);
    CHECK(code() == errc::config_missing);
    std::filesystem::create_directory(file);
    CHECK(code() == errc::config_invalid);
}

TEST_CASE("roles are cumulative, and each may what the reference says", "[auth]") {
    for (const auto& [what, least] : operation_roles) {
        CHECK(least_role(what) == least);
        CHECK(may(role::owner, what));
        CHECK(!may(role::none, what));
        CHECK((!may(role::user, what) || may(role::maintainer, what)));
    }
    CHECK(may(role::user, operation::claim));
    CHECK(!may(role::user, operation::edit_key));
    CHECK(may(role::maintainer, operation::edit_key));
    CHECK(!may(role::maintainer, operation::edit_key_storage));
    CHECK(!may(role::maintainer, operation::delete_key));
    CHECK(!may(role::maintainer, operation::delete_delta));
    CHECK(!may(static_cast<role>(4), operation::view_key));
    CHECK(!may(static_cast<role>(-1), operation::view_key));
}

TEST_CASE("each role invites up to itself and revokes as the reference says", "[auth]") {
    using enum role;
    for (const auto mine : {owner, maintainer, user})
        for (const auto theirs : {owner, maintainer, user}) {
            CHECK(may_invite(mine, theirs) == (mine <= theirs));
            CHECK(may_revoke(mine, theirs) == (mine != user && mine <= theirs));
        }
    CHECK(!may_invite(owner, none));
    CHECK(!may_invite(none, user));
    CHECK(!may_invite(owner, static_cast<role>(4)));
    CHECK(!may_revoke(none, user));
}

TEST_CASE("every operation is in the table of roles once", "[auth]") {
    std::set<operation> seen;
    for (const auto& entry : operation_roles)
        CHECK(seen.insert(entry.what).second);
    CHECK(seen.size() == static_cast<std::size_t>(operation::delete_delta) + 1);
}
